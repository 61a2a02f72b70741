"use strict";
// "Another part": one more line from the template, counted in the form's own count.
(function () {
  for (const button of document.querySelectorAll("[data-part-more]")) {
    const holder = button.closest("fieldset");
    const total = holder.querySelector("[name$=-TOTAL_FORMS]");
    const most = Number(holder.querySelector("[name$=-MAX_NUM_FORMS]").value);
    button.hidden = Number(total.value) >= most;
    button.addEventListener("click", function () {
      const number = Number(total.value);
      const line = holder.querySelector("template").content.cloneNode(true);
      for (const part of line.querySelectorAll("*"))
        for (const name of ["id", "name", "for", "aria-describedby"])
          if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("__prefix__", number));
      button.before(line);
      total.value = number + 1;
      button.hidden = number + 1 >= most;
      const lines = holder.querySelectorAll("[data-part]");
      lines[lines.length - 1].querySelector("input").focus();
    });
  }
})();
