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

  // A session that ended answers a fragment with the log-in page, which must not be put into this one.
  document.addEventListener("htmx:beforeSwap", function (event) {
    const answer = event.detail.xhr;
    const elsewhere = answer.responseURL && new URL(answer.responseURL).pathname !== event.detail.pathInfo.requestPath.split("?")[0];
    if (!elsewhere || !/<!doctype html/i.test(answer.responseText.slice(0, 200))) return;
    event.detail.shouldSwap = false;
    tell("signed-out", "amber", document.getElementById("words")?.dataset.signedOut, window.location.href);
  });
  // A refused or broken fragment says so in the page; the box speaks for itself.
  function failed(event) {
    if (event.detail.target && event.detail.target.closest("[data-box]")) return;
    const answer = event.detail.xhr;
    const page = new DOMParser().parseFromString(answer.responseText || "", "text/html");
    const parts = [...page.querySelectorAll("[data-error-says], [data-error-hint]")].map((part) => part.textContent.trim());
    tell("refused", "red", parts.filter(Boolean).join(". ") || document.getElementById("words")?.dataset.offline);
  }
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  function tell(id, tone, text, href) {
    const main = document.querySelector("main");
    if (!text || !main) return;
    document.getElementById(id)?.remove();
    const bar = document.createElement("div");
    bar.id = id;
    bar.className = `alert-bar ${tone}`;
    bar.setAttribute("role", "alert");
    const words = document.createElement(href ? "a" : "span");
    if (href) words.href = href;
    words.textContent = text;
    bar.append(words);
    main.prepend(bar);
    bar.scrollIntoView({ block: "nearest" });
  }

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
