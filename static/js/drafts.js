"use strict";
// A [data-draft-key] text survives a reload, a lost session and a colleague's change. It is kept in this browser, apart
// for each person, and let go only when the next page carries the success message of what was sent. Who it is about,
// [data-draft-who], goes with the text, but for less long: in this tab alone, for the same page, until somebody logs out
// or another person's page opens here, eight hours at most.
(function () {
  const me = document.body.dataset.me;
  const words = document.getElementById("words");
  if (!me || !words) return;
  const say = words.dataset;
  const prefix = `draft:${me}:`;
  const keepDays = 14, keepWhoHours = 8;

  function store(key, value) {
    try {
      if (value === null) localStorage.removeItem(prefix + key);
      else localStorage.setItem(prefix + key, JSON.stringify(value));
    } catch { /* full or private: the text still stands in the field */ }
  }
  function load(key) {
    try { return JSON.parse(localStorage.getItem(prefix + key)); } catch { return null; }
  }
  const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang,
    { hour: "2-digit", minute: "2-digit", hour12: false });

  function note(field) {
    const key = field.dataset.draftKey;
    let place = document.querySelector(`[data-draft-note="${CSS.escape(key)}"]`);
    if (!place) {
      place = document.createElement("p");
      place.className = "field-help draft-note";
      place.setAttribute("role", "status");
      place.dataset.draftNote = key;
      field.after(place);
    }
    return place;
  }
  function keep(field) {
    const key = field.dataset.draftKey;
    if (!field.value.trim()) { store(key, null); note(field).replaceChildren(); return; }
    const at = Date.now();
    store(key, { text: field.value, at: at, sent: false });
    note(field).textContent = say.draftKept.replace("{time}", clock(at));
  }
  // A text that is back behind a closed tab is as good as lost; a text under the open one keeps its place.
  function openTabOf(field) {
    const form = field.closest("form[data-tab]");
    const others = [...document.querySelectorAll("form[data-tab] [data-draft-key]")].filter((other) => other !== field);
    const tab = form && document.getElementById(form.dataset.tab);
    if (tab && !others.some((other) => other.value.trim())) tab.checked = true;
  }
  function bringBack(field) {
    const kept = load(field.dataset.draftKey);
    if (!kept || kept.text === field.value) return;
    // A page that came back with errors already holds what was typed.
    if (field.value.trim() && field.value !== field.dataset.draftOver) return;
    const before = field.value;
    field.value = kept.text;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    openTabOf(field);
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "link-btn";
    drop.textContent = say.draftDrop;
    drop.addEventListener("click", function () {
      field.value = before;
      store(field.dataset.draftKey, null);
      note(field).replaceChildren();
      field.focus();
    });
    note(field).replaceChildren(say.draftBack.replace("{time}", clock(kept.at)) + " ", drop);
  }
  function each(form, change) {
    for (const field of form.querySelectorAll("[data-draft-key]")) {
      const kept = load(field.dataset.draftKey);
      if (kept) change(field.dataset.draftKey, kept);
    }
  }
  function letGo() {
    if (!document.querySelector('[data-flash][data-level="success"], .alert-bar.pine[role="status"]')) return;
    sweepWho((key, kept) => kept.sent);
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(prefix)) continue;
      const kept = load(name.slice(prefix.length));
      if (kept && kept.sent) store(name.slice(prefix.length), null);
    }
  }
  function sweep() {
    const oldest = Date.now() - keepDays * 86400000;
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(prefix)) continue;
      const kept = load(name.slice(prefix.length));
      if (!kept || kept.at < oldest) store(name.slice(prefix.length), null);
    }
  }
  // --- who it is about
  const whoKey = (name) => `who:${me}:${name}|${location.pathname}${location.search}`;
  const whoFields = (name) => [...document.querySelectorAll(`[data-draft-who="${CSS.escape(name)}"]`)];
  const whoNames = () => new Set([...document.querySelectorAll("[data-draft-who]")].map((field) => field.dataset.draftWho));
  function whoKept() {
    try { return Object.keys(sessionStorage).filter((key) => key.startsWith("who:")); } catch { return []; }
  }
  function readWho(key) {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  }
  function writeWho(key, value) {
    try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* full or private: it stands in the fields */ }
  }
  function keepWho(name, sent) {
    const values = Object.fromEntries(whoFields(name).map((field) => [field.name, field.value]));
    writeWho(whoKey(name), { values: values, at: Date.now(), sent: sent });
  }
  function sweepWho(isOver) {
    for (const key of whoKept()) {
      const kept = readWho(key);
      if (!kept || isOver(key, kept)) sessionStorage.removeItem(key);
    }
  }
  // A log-out in any tab ends what every tab of this browser kept until then.
  const overKey = "draft-who-over";
  function lastLogOut() {
    try { return Number(localStorage.getItem(overKey)) || 0; } catch { return 0; }
  }
  function noteLogOut() {
    sweepWho(() => true);
    try { localStorage.setItem(overKey, Date.now()); } catch { /* private: nothing is shared with other tabs */ }
  }
  const isOld = (kept) => kept.at <= Math.max(lastLogOut(), Date.now() - keepWhoHours * 3600000);
  window.addEventListener("storage", function (event) {
    if (event.key === overKey) sweepWho((key, kept) => isOld(kept));
  });
  function bringWhoBack(name) {
    const kept = readWho(whoKey(name));
    // A page that came back with errors already holds what was typed.
    if (!kept || document.querySelector("[aria-invalid=true], [data-form-errors]")) return;
    const changed = whoFields(name).filter((field) => kept.values[field.name] && kept.values[field.name] !== field.value);
    if (!changed.length) return;
    const before = new Map(changed.map((field) => [field, field.value]));
    const place = document.createElement("p");
    place.className = "field-help draft-note";
    place.setAttribute("role", "status");
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "link-btn";
    drop.textContent = say.draftDrop;
    drop.addEventListener("click", function () {
      before.forEach(function (value, field) { field.value = value; });
      sessionStorage.removeItem(whoKey(name));
      place.remove();
      changed[0].focus();
    });
    place.append(say.draftBack.replace("{time}", clock(kept.at)) + " ", drop);
    for (const field of changed) {
      field.value = kept.values[field.name];
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    changed[0].after(place);
  }
  document.addEventListener("input", function (event) {
    const field = event.target.closest("[data-draft-who]");
    if (field) keepWho(field.dataset.draftWho, false);
  });
  document.addEventListener("click", function (event) {
    // What was sent stands under another number already.
    const link = event.target.closest("[data-lets-go]");
    if (!link) return;
    store(link.dataset.letsGo, null);
    sessionStorage.removeItem(whoKey(link.dataset.letsGo));
  });

  let timer = 0;
  document.addEventListener("input", function (event) {
    const field = event.target.closest("[data-draft-key]");
    if (!field) return;
    clearTimeout(timer);
    timer = setTimeout(() => keep(field), 400);
  });
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "post") return;
    clearTimeout(timer);
    if (event.target.matches("[data-log-out]")) noteLogOut();
    whoNames().forEach((name) => { if (event.target.querySelector(`[data-draft-who="${CSS.escape(name)}"]`)) keepWho(name, true); });
    event.target.querySelectorAll("[data-draft-key]").forEach(keep);
    each(event.target, (key, kept) => store(key, { ...kept, sent: true }));
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    // Only what the form itself sent: a check as one types, or an answer that asks to log in, has kept nothing.
    const form = event.detail.elt;
    const answer = event.detail.xhr;
    if (!form.matches("form") || form.method !== "post" || !event.detail.successful) return;
    if (answer.getResponseHeader("HX-Redirect")) return;
    if (answer.responseText.includes('aria-invalid="true"') || answer.responseText.includes('role="alert"')) return;
    each(form, (key, kept) => { if (kept.sent) store(key, null); });
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    event.target.querySelectorAll("[data-draft-key]").forEach(bringBack);
  });
  try {
    sweepWho((key, kept) => !key.startsWith(`who:${me}:`) || isOld(kept));
    setInterval(() => sweepWho((key, kept) => isOld(kept)), 60000);
    sweep();
    letGo();
    document.querySelectorAll("[data-draft-key]").forEach(bringBack);
    whoNames().forEach(bringWhoBack);
  } catch { /* no storage in this browser: nothing to bring back */ }
})();
