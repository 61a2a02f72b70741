"use strict";
// A [data-refresh-url] region asks for itself every [data-refresh-every] seconds. Parts are matched by id: [data-part] is
// replaced whole, [data-rows] row by row, and whatever holds the focus or an open menu is left exactly as it is.
// A page whose region is [data-refresh-until-done] is loaded anew when it no longer asks for that.
(function () {
  const say = document.getElementById("words")?.dataset;
  const typed = (field) => field.type === "checkbox" || field.type === "radio"
    ? field.checked !== field.defaultChecked
    : field.tagName !== "SELECT" && field.value !== field.defaultValue;
  const busy = (node) => node.contains(document.activeElement) || node.querySelector("details[open]") !== null
    || [...node.querySelectorAll("input, textarea")].some(typed);
  const clock = () => new Date().toLocaleTimeString(document.documentElement.lang,
    { hour: "2-digit", minute: "2-digit", hour12: false });

  function adopt(node) {
    const own = document.importNode(node, true);
    if (window.htmx) queueMicrotask(() => window.htmx.process(own));
    return own;
  }
  function mergeRows(list, fresh) {
    const known = new Map([...list.children].map((row) => [row.id, row]));
    let added = 0;
    let before = null;
    for (const row of fresh.children) {
      const old = known.get(row.id);
      known.delete(row.id);
      let here = old;
      if (!old) {
        here = adopt(row);
        if (row.matches("[data-row]")) { here.classList.add("is-new"); added += 1; }
      } else if (!busy(old) && old.outerHTML !== row.outerHTML) {
        here = adopt(row);
        old.replaceWith(here);
      }
      const place = before ? before.nextSibling : list.firstChild;
      // Moving the focused row would take the focus from it.
      if (here !== place && !busy(here)) list.insertBefore(here, place);
      before = here;
    }
    for (const gone of known.values()) if (!busy(gone)) gone.remove();
    const status = document.querySelector(`[data-new-rows="${CSS.escape(list.id)}"]`);
    if (status && added) status.textContent = say.newRows.replace("{count}", added);
  }
  function merge(region, page) {
    for (const part of region.querySelectorAll("[data-part], [data-rows]")) {
      const fresh = part.id && page.getElementById(part.id);
      if (!fresh) continue;
      if (part.matches("[data-rows]")) mergeRows(part, fresh);
      else if (!busy(part) && part.outerHTML !== fresh.outerHTML) part.replaceWith(adopt(fresh));
    }
  }
  function stamp(text, stale) {
    for (const place of document.querySelectorAll("[data-refresh-status]")) {
      // Said aloud only when something is wrong: a clerk need not hear every half minute that nothing is.
      place.setAttribute("aria-live", stale ? "polite" : "off");
      place.textContent = text;
      place.classList.toggle("tone-amber", stale);
    }
  }
  async function refresh(region) {
    if (document.hidden || !region.isConnected) return;
    try {
      const answer = await fetch(region.dataset.refreshUrl, {
        headers: { "HX-Request": "true", "X-Refresh": "1" }, credentials: "same-origin", redirect: "error",
      });
      if (answer.status === 204 || answer.status === 304) return;
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isOver = region.hasAttribute("data-refresh-until-done") && !page.querySelector("[data-refresh-until-done]");
      // The heading and the rest of the page speak of the end as well; what is typed beside it stays.
      if (isOver && ![...document.querySelectorAll("main input, main textarea")].some(typed)) {
        location.replace(region.dataset.refreshUrl);
        return;
      }
      merge(region, page);
      region.dataset.at = clock();
      stamp(say.refreshed.replace("{time}", region.dataset.at), false);
    } catch {
      stamp(say.stale.replace("{time}", region.dataset.at), true);
    }
  }
  for (const region of document.querySelectorAll("[data-refresh-url]")) {
    region.dataset.at = clock();
    setInterval(() => refresh(region), Math.max(Number(region.dataset.refreshEvery) || 30, 2) * 1000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(region); });
  }
})();
