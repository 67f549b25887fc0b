// Tables: sorted by a click on a heading, searched where they are long, and of the longest the first 25 rows (style.css).
{
const SEARCHED = 8, FEW = 25;

const valueOf = (row, column) => {
  const cell = row.cells[column];
  const number = parseFloat(cell.dataset.v ?? cell.textContent.replace(/[,%]/g, ""));
  return cell.classList.contains("num") ? (isNaN(number) ? -Infinity : number) : cell.textContent.toLowerCase();
};

// Numbers begin with the largest, words with a.
const sort = (table, heading, column) => {
  const before = heading.getAttribute("aria-sort");
  const isDown = before ? before === "ascending" : heading.classList.contains("num");
  const rows = [...table.tBodies[0].rows].map((row, at) => ({ row, at, value: valueOf(row, column) }));
  rows.sort((a, b) => (isDown ? -1 : 1) * ((a.value > b.value) - (a.value < b.value)) || a.at - b.at);
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

// Returns how many rows hold every word.
const search = (rows, text) => {
  const words = text.toLowerCase().split(/\s+/);
  let count = 0;
  for (const row of rows) {
    const own = row.textContent.toLowerCase();
    row.hidden = !words.every(word => own.includes(word));
    count += !row.hidden;
  }
  return count;
};

const makeSearched = table => {
  const bar = document.createElement("p"), field = document.createElement("input"), found = document.createElement("output");
  const rows = [...table.tBodies[0].rows];
  bar.className = "controls";
  field.type = "search";
  field.placeholder = "Search";
  field.setAttribute("aria-label", "Search this table");
  field.addEventListener("input", () => {
    const count = search(rows, field.value);
    found.value = field.value ? `${count} of ${rows.length}` : "";
    table.classList.toggle("few", Boolean(table.dataset.few) && !field.value);
  });
  bar.append(field, found);
  table.parentNode.before(bar);
};

const makeFew = table => {
  const bar = document.createElement("p"), button = document.createElement("button");
  table.dataset.few = "1";
  table.classList.add("few");
  bar.className = "controls";
  button.textContent = `Show all ${table.tBodies[0].rows.length} rows`;
  button.addEventListener("click", () => {
    delete table.dataset.few;
    table.classList.remove("few");
    bar.remove();
  });
  bar.append(button);
  table.parentNode.after(bar);
};

for (const table of document.querySelectorAll("table.sortable")) {
  const count = table.tBodies[0].rows.length;
  makeSortable(table);
  if (count >= SEARCHED) makeSearched(table);
  if (count > FEW + 5) makeFew(table);
}
}
