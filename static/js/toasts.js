"use strict";
// A toast stays eight seconds, and waits under the pointer or the focus.
(function () {
  function start(toast) {
    if (toast.dataset.started) return;
    toast.dataset.started = "1";
    let timer = 0;
    const go = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), 8000); };
    const wait = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", wait);
    toast.addEventListener("focusin", wait);
    toast.addEventListener("pointerleave", go);
    toast.addEventListener("focusout", go);
    go();
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-flash-close]");
    if (button) button.closest("[data-flash]").remove();
  });
  const look = () => document.querySelectorAll("[data-flash]").forEach(start);
  document.addEventListener("htmx:afterSettle", look);
  look();
})();
