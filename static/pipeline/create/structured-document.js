/** The form of a structured prompt and its JSON: each from the other, at once. */

/** What a row was made from, so that names which the form does not know stay with it. */
const origins = new WeakMap();

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The document that the form stands for; `before` gives what the form has no fields for. */
export function readForm(root, before) {
  const made = { ...before };
  const rows = new Map();
  for (const list of root.querySelectorAll("[data-list]")) {
    const { list: name } = list.dataset;
    made[name] = [...list.querySelectorAll("[data-row]")].map((row) => {
      const item = { ...origins.get(row) };
      rows.set(row, item);
      return item;
    });
  }
  const groups = new Map();
  for (const field of root.querySelectorAll("[data-path]")) {
    const row = rows.get(field.closest("[data-row]"));
    const path = field.dataset.path.split(".");
    const name = path.at(-1);
    let target = row ?? made;
    if (!row && path.length > 1) {
      const [group] = path;
      const toggle = root.querySelector(`[data-switch="${group}"]`);
      if (toggle && !toggle.checked) {
        made[group] = null;
        continue;
      }
      if (!groups.has(group)) groups.set(group, (made[group] = isObject(made[group]) ? { ...made[group] } : {}));
      target = groups.get(group);
    }
    const text = field.value;
    if (text === "" && "optional" in field.dataset) delete target[name];
    else target[name] = "number" in field.dataset ? number(text) : text;
  }
  for (const [row, item] of rows) origins.set(row, item);
  return made;
}

/** A number as JSON has it; what is none stays as it was typed, for the check to refuse. */
const number = (text) => (/^-?\d{1,9}$/.test(text.trim()) ? Number(text) : text);

/** Show a document in the form: rows are added and taken away until there are as many. */
export function fillForm(root, document) {
  for (const list of root.querySelectorAll("[data-list]")) {
    const wanted = Array.isArray(document[list.dataset.list]) ? document[list.dataset.list] : [];
    const rows = list.querySelector("[data-rows]");
    while (rows.children.length > wanted.length) rows.lastElementChild.remove();
    while (rows.children.length < wanted.length) addRow(list);
    [...rows.children].forEach((row, index) => origins.set(row, isObject(wanted[index]) ? wanted[index] : {}));
  }
  for (const toggle of root.querySelectorAll("[data-switch]")) toggle.checked = isObject(document[toggle.dataset.switch]);
  for (const field of root.querySelectorAll("[data-path]")) {
    const value = field.dataset.path.split(".").reduce((inner, name) => inner?.[name], document);
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    if (field.value !== text) field.value = text;
    if (text && "optional" in field.dataset) field.closest("details")?.setAttribute("open", "");
  }
}

/** Add an empty row to a list; the row. */
export function addRow(list) {
  const rows = list.querySelector("[data-rows]");
  rows.append(list.querySelector("template[data-blank]").content.cloneNode(true));
  renumber(list);
  return rows.lastElementChild;
}

/** Move or remove a row; where the focus belongs then. */
export function changeRow(row, act) {
  const list = row.closest("[data-list]");
  const near = row.nextElementSibling ?? row.previousElementSibling;
  if (act === "up") row.previousElementSibling?.before(row);
  if (act === "down") row.nextElementSibling?.after(row);
  if (act === "remove") row.remove();
  renumber(list);
  if (act === "remove") return near?.querySelector("[data-path]") ?? list.querySelector(":scope > button");
  return row.querySelector(`[data-act="${act}"]`);
}

/** Give every row of a list its number: in names, ids, labels and titles. */
function renumber(list) {
  const { list: name, title } = list.dataset;
  [...list.querySelectorAll("[data-row]")].forEach((row, index) => {
    row.querySelector("[data-row-title]").textContent = `${title} ${index + 1}`;
    for (const button of row.querySelectorAll("[data-act]")) button.value = `${name} ${button.dataset.act} ${index}`;
    for (const field of row.querySelectorAll("[data-path]")) {
      const path = `${name}.${index}.${field.dataset.path.split(".").at(-1)}`;
      const id = `d-${path.replaceAll(".", "-")}`;
      field.closest("[data-field]").querySelector("label").htmlFor = id;
      Object.assign(field, { id, name: `d.${path}` });
      field.dataset.path = path;
    }
  });
}
