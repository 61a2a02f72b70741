"use strict";
// "/" and Ctrl-K go to the box, j k o x walk, open and tick a list, a letter or digit presses the visible [data-key], "?" shows them all.
(function () {
  const help = document.getElementById("help");
  const allowed = function () {
    try { return localStorage.getItem("single-keys") !== "off"; } catch { return true; }
  };
  function typing(target) {
    return target.isContentEditable || Boolean(target.closest("input, textarea, select, dialog[open]") && !target.matches("[data-pick]"));
  }
  const visible = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
  function focusBox() {
    const box = document.getElementById("box");
    if (!box) return false;
    box.focus();
    box.select();
    return true;
  }
  function openers() {
    return [...document.querySelectorAll("[data-list] [data-row] [data-open]")].filter(visible);
  }
  function walk(step) {
    const links = openers();
    if (!links.length) return false;
    const row = document.activeElement.closest("[data-row]");
    const at = row ? links.findIndex((link) => row.contains(link)) : -1;
    const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  function openRow() {
    const row = document.activeElement.closest("[data-row]");
    const link = row && row.querySelector("[data-open]");
    if (link) link.click();
    return Boolean(link);
  }
  function pickRow() {
    const row = document.activeElement.closest("[data-row]");
    const box = row && row.querySelector("[data-pick]");
    if (!box) return false;
    box.checked = !box.checked;
    document.dispatchEvent(new Event("list:pick"));
    return true;
  }
  function press(key) {
    const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)]
      .find((element) => visible(element) && !element.disabled);
    if (button) button.click();
    return Boolean(button);
  }
  function showHelp() {
    if (!help || help.open) return false;
    help.showModal();
    return true;
  }
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      if (focusBox()) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !allowed()) return;
    let done = false;
    if (event.key === "/") done = focusBox();
    else if (event.key === "?") done = showHelp();
    else if (event.key === "j") done = walk(1);
    else if (event.key === "k") done = walk(-1);
    else if (event.key === "o") done = openRow();
    else if (event.key === "x") done = pickRow();
    else if (/^[a-z1-9]$/.test(event.key)) done = press(event.key);
    if (done) event.preventDefault();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-help-open]")) showHelp();
  });
  for (const box of document.querySelectorAll("[data-keys-switch]")) {
    box.checked = allowed();
    box.addEventListener("change", function () {
      try { localStorage.setItem("single-keys", box.checked ? "on" : "off"); } catch { /* for this page only */ }
    });
  }
})();
