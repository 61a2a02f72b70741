"use strict";
// "b", or Alt-B while somebody is typing, opens the short form for a call-back over any page; what stands there stays.
(function () {
  const sheet = document.getElementById("call-back-sheet");
  if (!sheet || typeof sheet.showModal !== "function") return;
  function field() {
    return sheet.querySelector("input[name=who]");
  }
  function open() {
    if (!sheet.open) sheet.showModal();
    const who = field();
    if (who) who.focus();
  }
  document.addEventListener("click", function (event) {
    const link = event.target.closest("[data-call-back-open]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", function (event) {
    // By the place on the keyboard: with Alt a Mac types another letter.
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyB" || event.isComposing) return;
    event.preventDefault();
    open();
  });
  sheet.addEventListener("htmx:afterSwap", function () {
    const who = field();
    if (who) who.focus();
  });
})();
