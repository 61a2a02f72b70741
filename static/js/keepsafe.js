"use strict";
// A form[data-keepsafe] must survive a bad network. What is typed and chosen, photos too, is kept on this device
// (IndexedDB) until the page of the form, named by data-keepsafe, says that it was sent. Before it goes the server is
// asked whether it is there; without an answer it waits, says so, and goes by itself when the network is back.
(function () {
  const PATIENCE = 5000, AGAIN = 15000, KEEP_DAYS = 14; // milliseconds, milliseconds, days
  const forms = [...document.querySelectorAll("form[data-keepsafe]")];
  const words = (document.getElementById("keepsafe-words") || { dataset: {} }).dataset;
  const me = document.body.dataset.me || "";
  const pathOf = (form) => new URL(form.action).pathname;
  const keyOf = (form) => `${me}|${pathOf(form)}`;
  let keepsPhotos = true;

  // --- the device's own store
  const opened = new Promise(function (resolve) {
    try {
      const asked = indexedDB.open("keepsafe", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("forms");
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve(null);
    } catch { resolve(null); }
  });
  function ask(mode, act) {
    return opened.then((base) => base && new Promise(function (resolve, reject) {
      const deal = base.transaction("forms", mode);
      const asked = act(deal.objectStore("forms"));
      deal.oncomplete = () => resolve(asked.result);
      deal.onerror = deal.onabort = () => reject(deal.error);
    }));
  }
  const load = (key) => ask("readonly", (store) => store.get(key)).catch(() => null);
  const drop = (key) => ask("readwrite", (store) => store.delete(key)).catch(() => null);
  const everyKey = () => ask("readonly", (store) => store.getAllKeys()).catch(() => []);
  function keep(form, state) {
    const fields = [], files = [];
    for (const [name, value] of new FormData(form)) {
      if (value instanceof File) { if (value.size) files.push([name, value]); }
      else if (name !== "csrfmiddlewaretoken") fields.push([name, value]);
    }
    const entry = { at: Date.now(), page: form.dataset.keepsafe, state: state, fields: fields, files: files };
    return ask("readwrite", (store) => store.put(entry, keyOf(form))).then(function (done) {
      keepsPhotos = done !== null;
    }, function () {
      keepsPhotos = false; // no room, or a private window: the words at least
      return ask("readwrite", (store) => store.put({ ...entry, files: [] }, keyOf(form))).catch(() => null);
    });
  }

  // --- what the page says
  function say(form, text, acts) {
    let bar = form.querySelector("[data-keepsafe-says]");
    if (!bar) {
      bar = document.createElement("div");
      bar.setAttribute("role", "status");
      bar.setAttribute("data-keepsafe-says", "");
      form.prepend(bar);
    }
    bar.className = `alert-bar keepsafe-bar ${acts ? "amber" : "plain"}`;
    const line = document.createElement("p");
    line.textContent = text;
    bar.replaceChildren(line);
    if (!acts) return;
    const row = document.createElement("p");
    row.className = "keepsafe-acts";
    for (const [label, act] of acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = label;
      button.addEventListener("click", act);
      row.append(button);
    }
    bar.append(row);
  }
  const chosen = (form) => [...form.querySelectorAll("input[type=file]")].reduce((n, field) => n + field.files.length, 0);
  function sayWaiting(form) {
    const lost = !keepsPhotos && chosen(form);
    say(form, lost ? words.waitsNoPhotos : words.waits, [
      [words.now, () => attempt(form)],
      [words.hold, () => hold(form)],
    ]);
  }
  function sayBack(form) {
    const photos = chosen(form);
    say(form, photos ? words.backPhotos.replace("{count}", photos) : words.back, [[words.drop, function () {
      form.reset();
      drop(keyOf(form));
      form.querySelector("[data-keepsafe-says]").remove();
    }]]);
  }

  // --- waiting and sending
  function isThere() {
    if (!navigator.onLine) return Promise.resolve(false);
    const options = { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
    return fetch("/healthz", options).then((answer) => answer.ok, () => false);
  }
  function hold(form) {
    delete form.dataset.waiting;
    keep(form, "draft");
    form.querySelector("[data-keepsafe-says]").remove();
  }
  function attempt(form) {
    if (form.dataset.asking || form.dataset.answered) return;
    form.dataset.asking = "1";
    isThere().then(function (yes) {
      delete form.dataset.asking;
      if (!yes) {
        form.dataset.waiting = "1";
        keep(form, "queued").then(() => sayWaiting(form));
        return;
      }
      if (form.dataset.waiting) say(form, words.sending);
      form.dataset.answered = "1";
      keep(form, "sent").then(function () {
        form.requestSubmit();
        delete form.dataset.answered;
      });
    });
  }
  const tryWaiting = () => forms.filter((form) => form.dataset.waiting).forEach(attempt);
  window.addEventListener("online", tryWaiting);
  setInterval(tryWaiting, AGAIN);

  // --- what was kept comes back
  function fill(form, entry) {
    const more = form.querySelector("[data-part-more]");
    for (const [name, value] of entry.fields) {
      if (more && !form.elements[name] && /^part-\d+-/.test(name)) more.click();
      const field = form.elements[name];
      if (!field || /_FORMS$/.test(name)) continue;
      // Its own token goes along: what has reached the server already is no second report.
      if (field.type === "hidden" || !field.value) field.value = value;
    }
    const byField = new Map();
    for (const [name, file] of entry.files) byField.set(name, [...(byField.get(name) || []), file]);
    for (const [name, files] of byField) {
      const field = form.elements[name];
      if (!field || field.files.length) continue;
      const carrier = new DataTransfer();
      files.forEach((file) => carrier.items.add(file));
      field.files = carrier.files;
    }
  }
  const isEmpty = (entry) => !entry.files.length &&
    entry.fields.every(([name, value]) => !value || /_FORMS$|form_token$/.test(name));
  function bringBack(form) {
    return load(keyOf(form)).then(function (entry) {
      if (!entry) return;
      const refused = form.querySelector("[aria-invalid=true], [data-form-errors]");
      fill(form, entry);
      if (refused) { keep(form, "draft"); return; }
      if (entry.state === "draft") { if (!isEmpty(entry)) sayBack(form); return; }
      form.dataset.waiting = "1";
      sayWaiting(form);
      attempt(form);
    });
  }
  function tidy() {
    const here = location.pathname, oldest = Date.now() - KEEP_DAYS * 86400000;
    const worked = document.querySelector('[data-flash][data-level="success"], .alert-bar.pine[role="status"]');
    const open = new Set(forms.map(keyOf));
    return everyKey().then((keys) => Promise.all((keys || []).map((key) => load(key).then(function (entry) {
      if (!entry || !String(key).startsWith(`${me}|`)) return null;
      // Sent and said so; or its page has no such form any more: somebody has done it.
      const done = entry.page === here && ((worked && entry.state === "sent") || !open.has(key));
      return done || entry.at < oldest ? drop(key) : null;
    }))));
  }

  let timer = 0;
  for (const form of forms) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.answered) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      attempt(form);
    }, true);
    const keepSoon = function () {
      clearTimeout(timer);
      timer = setTimeout(() => keep(form, form.dataset.waiting ? "queued" : "draft"), 300);
    };
    form.addEventListener("input", keepSoon);
    form.addEventListener("change", keepSoon);
  }
  tidy().then(() => forms.forEach(bringBack));
})();
