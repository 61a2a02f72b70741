"use strict";
// A form that must survive a bad network: before it goes the server is asked whether it is there; without an answer
// nothing is sent, the page says so, and text and chosen photos stay.
(function () {
  const PATIENCE = 5000; // milliseconds

  function isThere() {
    if (!navigator.onLine) return Promise.resolve(false);
    const options = { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
    return fetch("/healthz", options).then((answer) => answer.ok, () => false);
  }
  function say(form) {
    let bar = form.querySelector("[data-keepsafe-says]");
    if (!bar) {
      bar = document.createElement("p");
      bar.className = "alert-bar amber";
      bar.setAttribute("role", "alert");
      bar.setAttribute("data-keepsafe-says", "");
      form.prepend(bar);
    }
    bar.textContent = form.dataset.offline;
  }
  for (const form of document.querySelectorAll("form[data-keepsafe]")) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.answered) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (form.dataset.asking) return;
      form.dataset.asking = "1";
      const button = event.submitter;
      isThere().then(function (yes) {
        delete form.dataset.asking;
        if (!yes) { say(form); return; }
        form.dataset.answered = "1";
        form.requestSubmit(button);
        delete form.dataset.answered;
      });
    }, true);
  }
})();
