"use strict";
// Goods leave only on a confirmed answer. The page sends each scan under a key of its own, so that the same request gets
// the first answer however often it has to be sent; without an answer it says HOLD, waits, and goes by itself when the
// network is back, also after a reload. Without scripts the form posts as any other: the key stands in it.
(function () {
  const PATIENCE = 8000, AGAIN = 5000, KEEP = 30 * 60000; // milliseconds
  const STORE = `gate:${document.body.dataset.me}:`;
  let timer = 0, sending = false;

  const main = () => document.getElementById("gate");
  const form = () => document.querySelector("[data-gate-form]");
  const boxes = () => [...document.querySelectorAll("[data-gate-form] input[name^=item-][type=checkbox]")];

  // --- ticks
  function count() {
    const all = boxes(), ticked = all.filter((box) => box.checked).length;
    const line = document.querySelector("[data-gate-count]"), go = document.querySelector("[data-gate-go]");
    if (!line || !go) return;
    line.textContent = line.dataset.words.replace("{n}", ticked).replace("{all}", all.length);
    if (ticked) go.querySelector("span").textContent = go.dataset.words.replace("{n}", ticked);
  }
  document.addEventListener("change", count);
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-gate-all]")) return;
    for (const box of boxes()) box.checked = true;
    count();
  });

  // --- what waits is kept on this telephone
  function keep(entry) {
    try {
      if (entry) localStorage.setItem(STORE + entry.url, JSON.stringify(entry));
    } catch { /* private window: it waits as long as the page is open */ }
  }
  function forget(url) {
    try { localStorage.removeItem(STORE + url); } catch { /* nothing was kept */ }
  }
  function waiting() {
    const url = form() ? new URL(form().action).pathname : `${location.pathname}release/`;
    try {
      const entry = JSON.parse(localStorage.getItem(STORE + url));
      if (entry && Date.now() - entry.at < KEEP) return entry;
      forget(url);
    } catch { /* nothing waits */ }
    return null;
  }

  // --- sending
  function send(entry) {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    keep(entry);
    const line = document.querySelector("[data-hold-line]");
    if (line) line.textContent = line.dataset.sending;
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    const body = new URLSearchParams(entry.fields);
    if (token) body.set("csrfmiddlewaretoken", token.value);
    const headers = { "Idempotency-Key": entry.key };
    fetch(entry.url, { method: "POST", body: body, headers: headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })
      .then(function (answer) {
        // A server that is down answers nothing that counts.
        if (answer.status >= 500) throw new Error("no answer");
        return answer.text().then((text) => draw(entry, answer, text));
      })
      .catch(() => hold(entry))
      .finally(function () { sending = false; });
  }
  function draw(entry, answer, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("gate");
    forget(entry.url);
    if (!fresh) { location.replace(answer.redirected ? answer.url : location.href); return; }
    document.title = page.title;
    const who = document.querySelector(".gate-who"), now = page.querySelector(".gate-who");
    if (who && now) who.replaceWith(document.importNode(now, true));
    main().replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    if (answer.redirected) history.replaceState(null, "", answer.url);
    window.scrollTo(0, 0);
    count();
  }
  function hold(entry) {
    keep(entry);
    const words = document.getElementById("hold-words");
    if (words && !document.querySelector("[data-state=hold]")) {
      const token = document.querySelector("[name=csrfmiddlewaretoken]");
      const kept = words.cloneNode(true);
      main().replaceChildren(words.content.cloneNode(true), kept, ...(token ? [token] : []));
      window.scrollTo(0, 0);
    }
    let left = AGAIN / 1000;
    const tick = function () {
      const line = document.querySelector("[data-hold-line]");
      if (line) line.textContent = line.dataset.words.replace("{seconds}", left);
      if (left <= 0) { send(entry); return; }
      left -= 1;
      timer = setTimeout(tick, 1000);
    };
    clearTimeout(timer);
    tick();
    document.querySelector("[data-hold-now]").onclick = () => send(entry);
    // What the server says now is what counts: it may have had the request already.
    document.querySelector("[data-hold-drop]").onclick = function () {
      clearTimeout(timer);
      forget(entry.url);
      location.reload();
    };
    current = entry;
  }
  let current = null;
  window.addEventListener("online", function () {
    if (current && document.querySelector("[data-state=hold]")) send(current);
  });
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-gate-form]") || !boxes().some((box) => box.checked)) return;
    event.preventDefault();
    const fields = [...new FormData(event.target)].filter(([name]) => name !== "csrfmiddlewaretoken");
    const key = new Map(fields).get("scan_key");
    send({ url: new URL(event.target.action).pathname, key: key, fields: fields, at: Date.now() });
  });

  count();
  const entry = waiting();
  if (entry) send(entry);
})();
