"use strict";
// The one box: hits as one types on the left, the chosen hit's card on the right, Enter opens, Esc closes.
(function () {
  const box = document.querySelector("[data-box]");
  if (!box || !window.htmx) return;
  const input = box.querySelector("[role=combobox]");
  const sheet = box.querySelector("[data-box-sheet]");
  const list = document.getElementById("box-hits");
  const card = document.getElementById("box-card");
  const words = document.getElementById("words").dataset;
  let typed = 0;
  let carded = 0;
  let asked = "";

  const hits = () => [...list.querySelectorAll("[data-hit]")];
  const current = () => list.querySelector('[data-hit][aria-selected="true"]');

  function show(open) {
    sheet.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("box-open", open);
    if (!open) input.removeAttribute("aria-activedescendant");
  }
  function choose(hit) {
    for (const other of hits()) other.setAttribute("aria-selected", String(other === hit));
    clearTimeout(carded);
    if (!hit) { input.removeAttribute("aria-activedescendant"); card.replaceChildren(); return; }
    input.setAttribute("aria-activedescendant", hit.id);
    hit.scrollIntoView({ block: "nearest" });
    carded = setTimeout(function () { loadCard(hit); }, 80);
  }
  function loadCard(hit) {
    const url = hit.dataset.cardUrl;
    if (!url) { card.replaceChildren(); return; }
    // innerHTML: a fragment of our own server, escaped by its template; nothing typed here is put into the page.
    window.htmx.ajax("GET", url, { source: card, target: card, swap: "innerHTML" }).catch(() => {});
  }
  function say(text) {
    const line = document.createElement("p");
    line.className = "hits-none";
    line.textContent = text;
    list.replaceChildren(line);
    card.replaceChildren();
  }
  function ask() {
    const query = input.value.trim();
    if (!query) { show(false); asked = ""; return; }
    if (query === asked) { show(true); return; }
    asked = query;
    // By POST: a caller's name or number belongs in no address and no log.
    // innerHTML: the hits are a fragment of our own server, in which the words that were typed are escaped.
    const options = { source: input, target: list, swap: "innerHTML", values: { q: query } };
    window.htmx.ajax("POST", box.dataset.url, options).catch(() => {});
  }
  input.addEventListener("input", function () { clearTimeout(typed); typed = setTimeout(ask, 150); });
  input.addEventListener("focus", function () { if (asked && input.value.trim() === asked) show(true); });
  list.addEventListener("htmx:afterSwap", function () { show(true); choose(hits()[0] || null); });
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  function failed(event) {
    if (event.detail.target !== list) return;
    asked = "";
    show(true);
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    say(status === 401 || status === 403 ? words.signedOut : words.offline);
  }
  input.addEventListener("keydown", function (event) {
    if (event.isComposing) return;
    const open = !sheet.hidden;
    if (event.key === "Escape") {
      if (open) event.preventDefault();
      show(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) { ask(); return; }
      const all = hits();
      if (!all.length) return;
      const at = all.indexOf(current()) + (event.key === "ArrowDown" ? 1 : -1);
      choose(all[(at + all.length) % all.length]);
    } else if (event.key === "Enter" && open && input.value.trim() === asked && current()) {
      event.preventDefault();
      current().click();
    }
  });
  list.addEventListener("pointermove", function (event) {
    const hit = event.target.closest("[data-hit]");
    if (hit && hit !== current()) choose(hit);
  });
  document.addEventListener("pointerdown", function (event) { if (!box.contains(event.target)) show(false); });
  box.addEventListener("focusout", function (event) {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) show(false);
  });
})();
