// Exports of the summary that the file carries. Numbers of more digits than a double holds are kept as text.
{
// What speedscope knows its files by; in parts, so that no address stands in the page.
const SCHEMA = ["https:", "", "www.speedscope.app", "file-format-schema.json"].join("/");
const carried = document.getElementById("summary");

const exact = text => JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
  token => /^-?\d{16,}$/.test(token) ? `"${token}"` : token));

const field = text => /[,"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const shapeText = dims => Object.entries(dims).map(([name, value]) => `${name}=${value}`).join(" ");

const csv = summary => {
  const hasShapes = Object.values(summary.by_namespace).some(space => Object.values(space.operations).some(one => one.shapes));
  const lines = ["namespace,operation,calls,flop_cost,seconds,timed_flops,accuracy,queries" + (hasShapes ? ",shape" : "")];
  for (const [space, { operations, queries = {} }] of Object.entries(summary.by_namespace)) {
    for (const [name, one] of Object.entries(operations)) {
      const key = `${field(space)},${field(name)}`;
      for (const shape of one.shapes ?? [])
        lines.push(`${key},${shape.calls},${shape.flop_cost},,,${one.accuracy},,${field(shapeText(shape.dims))}`);
      const rest = one.other_shapes ?? one;
      lines.push(`${key},${rest.calls},${rest.flop_cost},${Number(one.seconds).toFixed(9)},${one.timed_flops},${one.accuracy},` +
        `${one.queries ?? 0}${hasShapes ? "," : ""}`);
    }
    for (const [name, count] of Object.entries(queries))
      if (!operations[name]) lines.push(`${field(space)},${field(name)},0,0,0.000000000,0,exact,${count}${hasShapes ? "," : ""}`);
  }
  return lines.join("\n") + "\n";
};

// Each stack with what it holds itself: [frames, FLOPs]
const stacks = summary => {
  const found = [];
  for (const [space, { operations }] of Object.entries(summary.by_namespace))
    for (const [name, one] of Object.entries(operations)) {
      const frames = [...space.split(".").filter(Boolean), name];
      for (const shape of one.shapes ?? []) found.push([[...frames, shapeText(shape.dims)], shape.flop_cost]);
      const rest = one.other_shapes ? one.other_shapes.flop_cost : one.flop_cost;
      if (Number(rest)) found.push([frames, rest]);
    }
  return found;
};

// A semicolon divides frames, so none may stand in one.
const collapsed = summary =>
  stacks(summary).map(([frames, flops]) => `${frames.map(frame => frame.replace(/[;\r\n]/g, "?")).join(";")} ${flops}\n`).join("");

const speedscope = summary => {
  const names = new Map(), weights = [], samples = [];
  for (const [frames, flops] of stacks(summary)) {
    samples.push(frames.map(name => names.get(name) ?? (names.set(name, names.size), names.size - 1)));
    weights.push(Number(flops));
  }
  const endValue = weights.reduce((sum, weight) => sum + weight, 0);
  return JSON.stringify({
    $schema: SCHEMA, exporter: "flopshim",
    shared: { frames: [...names.keys()].map(name => ({ name })) },
    profiles: [{ type: "sampled", name: "FLOPs", unit: "none", startValue: 0, endValue, samples, weights }],
  });
};

const save = (name, type, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};

const WRITERS = [
  ["JSON", "json", "application/json", () => carried.textContent + "\n"],
  ["CSV", "csv", "text/csv", () => csv(exact(carried.textContent))],
  ["Collapsed stacks", "collapsed", "text/plain", () => collapsed(exact(carried.textContent))],
  ["speedscope", "speedscope.json", "application/json", () => speedscope(exact(carried.textContent))],
];

if (carried) {
  const bar = document.getElementById("exports");
  bar.append("Save as");
  for (const [label, extension, type, write] of WRITERS) {
    const button = document.createElement("button");
    button.textContent = label;
    button.addEventListener("click", () => save(`flopshim.${extension}`, type, write()));
    bar.append(button);
  }
}
document.documentElement.classList.add("js");
}
