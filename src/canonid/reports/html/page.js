
"use strict";
// Filters and sorting; without this script the page shows the same rows.
(() => {
  const form = document.getElementById("filters");
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows).map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    number: Number(row.dataset.number),
    verdict: row.dataset.verdict,
    gravity: Number(row.dataset.gravity),
    field: row.dataset.field,
    codes: row.dataset.code.split(" "),
    place: row.cells[0].textContent,
    value: row.cells[2].textContent,
    reason: row.cells[4].textContent,
  }));
  const tiles = Array.from(document.querySelectorAll(".tile"));
  const output = form.querySelector("output");
  const empty = document.getElementById("empty");
  const names = ["q", "verdict", "field", "code"];
  document.documentElement.classList.add("js");
  form.hidden = false;

  function filter() {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { verdict, field, code } = form.elements;
    let count = 0;
    for (const item of rows) {
      const fits =
        (!verdict.value || item.verdict === verdict.value) &&
        (!field.value || item.field === field.value) &&
        (!code.value || item.codes.includes(code.value)) &&
        words.every((word) => item.text.includes(word));
      item.row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    output.value = count === rows.length ? `${count} rows` : `${count} of ${rows.length} rows`;
    empty.hidden = count > 0;
    for (const tile of tiles) {
      tile.setAttribute("aria-pressed", String(tile.dataset.verdict === verdict.value));
    }
  }

  // The address keeps the filters, so that a view can be sent to somebody.
  function remember() {
    const kept = new URLSearchParams();
    for (const name of names) {
      if (form.elements[name].value) kept.set(name, form.elements[name].value);
    }
    try {
      history.replaceState(null, "", kept.size ? `#${kept}` : location.pathname + location.search);
    } catch {
      // Some browsers refuse this for files; the filters work all the same.
    }
  }

  function recall() {
    const kept = new URLSearchParams(location.hash.slice(1));
    for (const name of names) {
      if (kept.has(name)) form.elements[name].value = kept.get(name);
    }
    filter();
  }

  function change() {
    filter();
    remember();
  }

  const by = {
    place: (a, b) => a.place.localeCompare(b.place, "en", { numeric: true }),
    field: (a, b) => a.field.localeCompare(b.field, "en"),
    value: (a, b) => a.value.localeCompare(b.value, "en", { numeric: true }),
    verdict: (a, b) => a.gravity - b.gravity,
    reason: (a, b) => a.reason.localeCompare(b.reason, "en"),
  };

  function sort(head) {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const compare = by[head.dataset.key];
    rows.sort((a, b) => (descending ? compare(b, a) : compare(a, b)) || a.number - b.number);
    body.append(...rows.map((item) => item.row));
  }

  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head));
    head.replaceChildren(button);
  }
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      const { verdict } = form.elements;
      verdict.value = verdict.value === tile.dataset.verdict ? "" : tile.dataset.verdict;
      change();
      if (verdict.value) document.getElementById("claims").scrollIntoView();
    });
  }
  form.addEventListener("input", change);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(change));
  window.addEventListener("hashchange", recall);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      form.elements.q.focus();
    }
  });
  recall();
})();
