"""How dates are written, where a language's own way is not Django's."""
