"use strict";
// Goods leave only on a confirmed answer. The page sends each scan under a key of its own, so that the same request gets
// the first answer however often it has to be sent. From the press until the answer it says HOLD; what has none yet goes by
// itself when the network is back, from any page of the gate, and what became of it is said there. Without scripts the form
// posts as any other: the key stands in it.
(function () {
  const PATIENCE = 8000, AGAIN = 5000, KEEP = 30 * 60000; // milliseconds
  const STORE = `gate:${document.body.dataset.me}:`;
  let timer = 0, sending = false;

  const main = () => document.getElementById("gate");
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

  // --- what is missing is asked for before anything goes: on a bad network an answer is long in coming
  function missing(form) {
    const said = (name) => (new FormData(form).get(name) || "").trim();
    const asks = (name) => form.querySelector(`[data-gate-ask=${name}]`);
    const isOther = said("plate_check") === "other";
    if (asks("plate_check") && !said("plate_check")) return "plate_check";
    if (asks("plate") && isOther && !said("plate")) return "plate";
    if (asks("gate") && !said("gate")) return "gate";
    return boxes().some((box) => box.checked) ? "" : "items";
  }
  function isComplete(form) {
    const name = missing(form);
    for (const line of form.querySelectorAll("[data-gate-ask]")) line.hidden = line.dataset.gateAsk !== name;
    if (!name) return true;
    const field = name === "items" ? boxes()[0] : form.querySelector(`[name=${name}]`);
    if (field) field.focus();
    form.querySelector(`[data-gate-ask=${name}]`).scrollIntoView({ block: "center" });
    return false;
  }
  // The browser's own words, in its own language, are for where no script runs.
  function askInOurWords() {
    for (const form of document.querySelectorAll("[data-gate-form]")) form.noValidate = true;
  }

  // --- what waits is kept on this telephone, whatever page of the gate is open
  const memory = new Map(); // where nothing may be kept it waits as long as the page is open
  function keep(entry) {
    memory.set(entry.url, entry);
    try { localStorage.setItem(STORE + entry.url, JSON.stringify(entry)); } catch { /* private window */ }
  }
  function forget(url) {
    memory.delete(url);
    try { localStorage.removeItem(STORE + url); } catch { /* nothing was kept */ }
  }
  function kept() {
    const found = new Map(memory);
    try {
      for (const name of Object.keys(localStorage).filter((name) => name.startsWith(STORE))) {
        try {
          const entry = JSON.parse(localStorage.getItem(name));
          found.set(entry.url, entry);
        } catch { localStorage.removeItem(name); }
      }
    } catch { /* private window */ }
    return [...found.values()];
  }
  // The pass that is open comes first; what waited too long is dropped, and said.
  function waiting() {
    const rows = [];
    for (const entry of kept()) {
      if (Date.now() - entry.at < KEEP) { rows.push(entry); continue; }
      forget(entry.url);
      tell(entry, "amber", words().dropped);
    }
    return rows.sort((one, two) => isOpen(two) - isOpen(one) || one.at - two.at);
  }
  const isOpen = (entry) => entry.url === location.pathname || entry.url === `${location.pathname}release/`;

  // --- what is said beside the page that is open
  const says = () => document.getElementById("gate-waits");
  const words = () => says().dataset;
  const nameOf = (entry) => entry.pass || entry.url.split("/").filter(Boolean)[1];
  function show() {
    const others = kept().filter((entry) => !isOpen(entry)), line = says().querySelector("[data-waits-line]");
    const text = others.length
      ? words().waits.replace("{n}", others.length).replace("{passes}", others.map(nameOf).join(", ")) : "";
    if (line.textContent !== text) line.textContent = text;
  }
  function tell(entry, tone, text, reason) {
    const row = document.createElement("li"), link = document.createElement("a"), said = document.createElement("p");
    row.className = `alert-bar ${tone}`;
    said.textContent = `${text.replace("{pass}", nameOf(entry))} ${reason || ""} `;
    link.href = entry.url.replace(/release\/$/, "");
    link.textContent = words().look;
    said.append(link);
    row.append(said);
    says().querySelector("[data-waits-said]").append(row);
  }

  // --- sending: one after another, then again until there is an answer
  async function round() {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    const tried = new Set();
    for (let entry; (entry = waiting().find((each) => !tried.has(each.key)));) {
      tried.add(entry.key);
      if (isOpen(entry)) hold();
      show();
      await send(entry);
    }
    sending = false;
    show();
    if (kept().length) countdown(AGAIN / 1000);
  }
  async function send(entry) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    const body = new URLSearchParams(entry.fields);
    if (token) body.set("csrfmiddlewaretoken", token.value);
    const headers = { "Idempotency-Key": entry.key };
    try {
      const answer = await fetch(entry.url, { method: "POST", body: body, headers: headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      // A server that is down, or asks for patience, answers nothing that counts.
      if (answer.status >= 500 || answer.status === 429) return;
      answered(entry, answer, new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* no answer: it waits */ }
  }
  function answered(entry, answer, page) {
    const fresh = page.getElementById("gate");
    // The session is over: it goes after the log-in.
    if (!fresh && answer.redirected) { location.replace(answer.url); return; }
    forget(entry.url);
    if (isOpen(entry) && fresh) draw(page, fresh, answer);
    else if (isOpen(entry)) location.replace(location.href);
    else outcome(entry, page);
  }
  function outcome(entry, page) {
    const word = page.querySelector(".gate-word"), line = word ? word.querySelector("p").textContent : "";
    if (word && word.dataset.state === "done") { tell(entry, "pine", words().released, line); return; }
    const why = page.querySelector("#gate .field-error span") || page.querySelector("#gate [role=alert] p");
    tell(entry, "red", words().refused, why ? why.textContent : line);
  }
  function draw(page, fresh, answer) {
    document.title = page.title;
    const who = document.querySelector(".gate-who"), now = page.querySelector(".gate-who");
    if (who && now) who.replaceWith(document.importNode(now, true));
    main().replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    if (answer.redirected) history.replaceState(null, "", answer.url);
    window.scrollTo(0, 0);
    askInOurWords();
    count();
  }

  // --- HOLD, from the press until the answer
  function hold() {
    if (!document.querySelector("[data-state=hold]")) {
      main().replaceChildren(document.getElementById("hold-words").content.cloneNode(true));
      document.querySelector("[data-hold-now]").onclick = again;
      document.querySelector("[data-hold-drop]").onclick = drop;
      window.scrollTo(0, 0);
    }
    const line = document.querySelector("[data-hold-line]");
    line.textContent = line.dataset.sending;
    document.querySelector("[data-hold-now]").disabled = true;
  }
  function countdown(left) {
    const line = document.querySelector("[data-hold-line]"), now = document.querySelector("[data-hold-now]");
    if (line) line.textContent = line.dataset.words.replace("{seconds}", left);
    if (now) now.disabled = false;
    clearTimeout(timer);
    if (left <= 0) { round(); return; }
    timer = setTimeout(() => countdown(left - 1), 1000);
  }
  function again() {
    if (kept().some(isOpen)) round();
    else location.reload(); // it waited too long: what the server says now is what counts
  }
  // What the server says now is what counts: it may have had the request already.
  function drop() {
    clearTimeout(timer);
    for (const entry of kept().filter(isOpen)) forget(entry.url);
    location.reload();
  }
  window.addEventListener("online", () => { if (kept().length) round(); });
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-gate-form]")) return;
    event.preventDefault();
    if (!isComplete(event.target)) return;
    const fields = [...new FormData(event.target)].filter(([name]) => name !== "csrfmiddlewaretoken");
    const key = new Map(fields).get("scan_key"), url = new URL(event.target.action).pathname;
    keep({ url: url, key: key, fields: fields, pass: event.target.dataset.gateForm, at: Date.now() });
    // Another scan may be on its way just now: the page says HOLD at once, whenever this one's turn is.
    hold();
    round();
  });

  askInOurWords();
  count();
  round();
})();
