// Tables: sorted by a click on a heading, searched where they are long.
{
const SEARCHED = 8;

const valueOf = (row, column) => {
  const cell = row.cells[column];
  const number = parseFloat(cell.dataset.v ?? cell.textContent.replace(/[,%]/g, ""));
  return cell.classList.contains("num") ? (isNaN(number) ? -Infinity : number) : cell.textContent.toLowerCase();
};

const sort = (table, heading, column) => {
  const isDown = heading.getAttribute("aria-sort") !== "descending" && heading.classList.contains("num") ||
    heading.getAttribute("aria-sort") === "ascending";
  const rows = [...table.tBodies[0].rows].map((row, at) => ({ row, at, value: valueOf(row, column) }));
  rows.sort((a, b) => (a.value > b.value) - (a.value < b.value) || a.at - b.at);
  if (isDown) rows.reverse();
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  table.tBodies[0].append(...rows.map(({ row }) => row));
};

// A heading over two columns, a bar and its number, sorts by the second.
const makeSortable = table => {
  let column = -1;
  for (const heading of table.tHead.rows[0].cells) {
    column += heading.colSpan;
    const button = document.createElement("button");
    const own = column;
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, heading, own));
    heading.append(button);
  }
};

const makeSearched = table => {
  const bar = document.createElement("p"), field = document.createElement("input"), found = document.createElement("output");
  const rows = [...table.tBodies[0].rows];
  bar.className = "controls";
  field.type = "search";
  field.placeholder = "Search";
  field.setAttribute("aria-label", "Search this table");
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
      count += !row.hidden;
    }
    found.value = field.value ? `${count} of ${rows.length}` : "";
  });
  bar.append(field, found);
  table.parentNode.before(bar);
};

for (const table of document.querySelectorAll("table.sortable")) {
  makeSortable(table);
  if (table.tBodies[0].rows.length >= SEARCHED) makeSearched(table);
}
}
