"use strict";
// In the head and blocking on purpose: the theme stands before the first paint.
(function () {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  }
  function apply() {
    const theme = chosen();
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
    }
  }
  root.classList.add("js");
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-theme-set]");
    if (!button) return;
    try { localStorage.setItem("theme", button.dataset.themeSet); } catch { /* private window: for this page only */ }
    apply();
  });
})();
