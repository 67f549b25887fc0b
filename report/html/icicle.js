// The icicle: the boxes that are there are laid out anew by another measure, or widened from a box on.
{
const MEASURES = ["FLOPs", "Time", "Calls"], LABELLED = 1.5;
const chart = document.querySelector("#icicle svg");
const boxes = chart ? [...chart.querySelectorAll(".n")].map((element, at) => ({
  element, at, parent: at ? Number(element.dataset.p) : -1, size: element.dataset.s.split(" ").map(Number), children: [],
  name: element.querySelector("title").textContent.replace(/: [^:]*$/, ""),
})) : [];
for (const box of boxes) if (box.at) boxes[box.parent].children.push(box);
let measure = 0, top = boxes[0];

const labelOf = box => box.element.querySelector("text") ??
  box.element.appendChild(document.createElementNS(chart.namespaceURI, "text"));

const place = (box, x, width) => {
  box.element.setAttribute("x", `${x}%`);
  box.element.setAttribute("width", `${width}%`);
  const share = boxes[0].size[measure] ? 100 * box.size[measure] / boxes[0].size[measure] : 0;
  labelOf(box).textContent = width < LABELLED ? "" : `${box.name}  ${share.toFixed(1)}%`;
  box.element.setAttribute("aria-label", `${box.name} ${share.toFixed(1)}% of ${MEASURES[measure]}`);
  const children = [...box.children].sort((a, b) => b.size[measure] - a.size[measure]);
  for (const child of children) {
    const part = box.size[measure] ? width * child.size[measure] / box.size[measure] : 0;
    place(child, x, part);
    x += part;
  }
};

// Those above the widened one stay, as the way back; those beside it go.
const layOut = () => {
  for (const box of boxes) box.element.setAttribute("width", "0");
  place(top, 0, 100);
  for (let at = top.at; at > 0;) {
    at = boxes[at].parent;
    boxes[at].element.setAttribute("x", "0");
    boxes[at].element.setAttribute("width", "100%");
  }
};

const widen = box => {
  top = box === top && box.at ? boxes[box.parent] : box;
  layOut();
};

const addMeasures = () => {
  const bar = document.getElementById("measures");
  MEASURES.forEach((name, at) => {
    if (!boxes[0].size[at]) return;
    const button = document.createElement("button");
    button.textContent = name;
    button.setAttribute("aria-pressed", String(at === 0));
    button.addEventListener("click", () => {
      measure = at;
      for (const other of bar.children) other.setAttribute("aria-pressed", String(other === button));
      if (!top.size[at]) top = boxes[0];
      layOut();
    });
    bar.append(button);
  });
};

if (boxes.length) {
  for (const box of boxes) {
    box.element.setAttribute("tabindex", "0");
    box.element.addEventListener("click", () => widen(box));
    box.element.addEventListener("keydown", event => { if (event.key === "Enter") widen(box); });
  }
  addMeasures();
  layOut();
}
}
