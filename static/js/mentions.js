"use strict";
// "@" in a note offers colleagues: arrow keys and Enter or Tab choose, Escape leaves the text as it is.
(function () {
  const source = document.getElementById("colleagues");
  const text = document.querySelector(".composer-form.note textarea");
  if (!source || !text) return;
  const people = JSON.parse(source.textContent);
  const list = document.createElement("ul");
  list.className = "mentions";
  list.id = "mentions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.closest(".composer").dataset.colleagues);
  list.hidden = true;
  text.after(list);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", list.id);

  // The "@…" that ends at the caret, if nothing but blanks or the beginning stands before it.
  const begun = () => /(?:^|[\s(（，。,.])@([^\s@]{0,30})$/.exec(text.value.slice(0, text.selectionStart));
  const options = () => [...list.children];
  const current = () => list.querySelector('[aria-selected="true"]');

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) text.setAttribute("aria-activedescendant", option.id);
    else text.removeAttribute("aria-activedescendant");
  }
  function close() {
    list.hidden = true;
    list.replaceChildren();
    choose(null);
  }
  function offer() {
    const found = begun();
    if (!found) { close(); return; }
    const words = found[1].toLowerCase();
    const fit = people.filter((one) => [one.name, one.username].some((name) => name.toLowerCase().includes(words)));
    list.replaceChildren(...fit.slice(0, 6).map(function (one, n) {
      const option = document.createElement("li");
      option.id = `mention-${n}`;
      option.setAttribute("role", "option");
      option.dataset.username = one.username;
      option.textContent = one.name;
      const under = document.createElement("span");
      under.textContent = `@${one.username}`;
      option.append(under);
      return option;
    }));
    list.hidden = !list.children.length;
    choose(list.firstElementChild);
  }
  function take(option) {
    const end = text.selectionStart;
    const start = end - begun()[1].length;
    text.setRangeText(`${option.dataset.username} `, start, end, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    text.focus();
  }
  text.addEventListener("input", offer);
  text.addEventListener("blur", function () { setTimeout(close, 150); });
  list.addEventListener("mousedown", function (event) {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option);
  });
  text.addEventListener("keydown", function (event) {
    if (list.hidden || event.isComposing) return;
    const all = options();
    const at = all.indexOf(current());
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Enter" || event.key === "Tab") take(current());
    else if (event.key === "Escape") { close(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  });
})();
