FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
# PDFs of printed pages need Pango and a font that has Chinese characters.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .

# Static files need no secrets; the keys that the embedded mode makes for itself do not stay in the image.
RUN useradd --system --uid 10001 --home-dir /app desk \
    && HELPDESK_DATA_DIR=/app/var COMPRESS_STATIC=1 python manage.py collectstatic --noinput --verbosity 0 \
    && rm -f /app/var/*.key \
    && mkdir -p /app/var /media \
    && chown -R desk /app/var /media
USER desk

ENV HELPDESK_ENV=production HELPDESK_DATA_DIR=/app/var MEDIA_ROOT=/media BIND=0.0.0.0 PORT=8000
EXPOSE 8000
# One part per container: `serve --only worker` and `serve --only beat` are the other two.
CMD ["python", "manage.py", "serve", "--only", "web"]
