"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const text = form.querySelector("input[type=search]");
  const status = form.querySelector("[role=status]");
  const cards = Array.from(document.querySelectorAll("article[data-mark]"), (card) => ({
    card,
    mark: card.dataset.mark,
    checks: Array.from(card.querySelectorAll("data"), (data) => data.value),
    text: card.textContent.toLowerCase(),
  }));
  const checked = (name) =>
    new Set(Array.from(form.querySelectorAll(`input[name=${name}]:checked`), (input) => input.value));
  const apply = () => {
    const marks = checked("mark");
    const checks = checked("check");
    const words = text.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const c of cards) {
      const fits = marks.has(c.mark) && c.checks.some((id) => checks.has(id)) && words.every((w) => c.text.includes(w));
      c.card.hidden = !fits;
      if (fits) shown++;
    }
    status.textContent = `${shown} of ${cards.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
