"use strict";
// Menus close, forms are sent once, the first error gets the focus.
(function () {
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("data-resend")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method !== "post") return;
    form.dataset.sent = "1";
    // After the browser has read the form, or the pressed button's own value would be missing.
    setTimeout(function () {
      for (const button of form.querySelectorAll("button:not([type=button]):not(:disabled)")) {
        button.disabled = true;
        button.dataset.waits = "1";
      }
    });
  });
  function free(form) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[data-waits]")) {
      button.disabled = false;
      delete button.dataset.waits;
    }
  }
  window.addEventListener("pageshow", function () { document.querySelectorAll("form[data-sent]").forEach(free); });
  document.addEventListener("htmx:afterRequest", function (event) {
    const form = event.detail.elt.closest && event.detail.elt.closest("form");
    if (form) free(form);
  });

  const menus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", function (event) {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      const had = menu.contains(document.activeElement);
      menu.open = false;
      if (had) menu.querySelector("summary").focus();
    }
  });
  const wrong = document.querySelector("main [aria-invalid=true]") || document.querySelector("[data-form-errors]");
  if (wrong) wrong.focus();
})();
