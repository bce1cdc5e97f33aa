"use strict";
// Sorts a table by the column whose heading is clicked: by number where cells have one, else by text.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    const number = Number(cell.dataset.sort ?? cell.textContent);
    return Number.isNaN(number) ? cell.textContent : number;
  };
  table.tHead.rows[0].querySelectorAll("th").forEach((heading, column, headings) => {
    heading.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const order = [...body.rows].sort((a, b) => {
        const [x, y] = [value(a, column), value(b, column)];
        const less = typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === "number" ? -1 : 1;
        return up ? less : -less;
      });
      body.append(...order);
    });
  });
}
