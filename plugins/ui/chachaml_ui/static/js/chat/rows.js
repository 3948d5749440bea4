// The rows of a tool's result as a table, as far as a glance needs it; all of it stands below.

const COLUMNS = 6;
const ROWS = 10;
const SHORT = 60; // characters of a cell

/** Return a table of the first list of things in `result`, null if it has none. */
export function table(result) {
  const rows = Object.values(result ?? {}).find(isList);
  if (rows === undefined) return null;
  const columns = columnsOf(rows);
  if (columns.length === 0) return null;
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const column of columns) head.append(heading(column, isNumeric(rows, column)));
  const body = made.createTBody();
  for (const row of rows.slice(0, ROWS)) addRow(body, row, columns, rows);
  return made;
}

function isList(value) {
  return Array.isArray(value) && value.length > 0 && value.every(isThing);
}

function isThing(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return the names of what rows say in a word, that which names a row first. */
function columnsOf(rows) {
  const names = new Set(rows.flatMap(Object.keys));
  const said = [...names].filter((name) => name !== "url" && rows.some((row) => isWord(row[name])));
  const named = said.includes("name") ? said.filter((name) => name !== "id") : said;
  return named.sort((one, other) => (other === "name") - (one === "name")).slice(0, COLUMNS);
}

function isWord(value) {
  return value !== undefined && value !== null && typeof value !== "object" && value !== "";
}

function isNumeric(rows, column) {
  return rows.every((row) => !isWord(row[column]) || typeof row[column] === "number");
}

function heading(column, isNumber) {
  const cell = document.createElement("th");
  cell.scope = "col";
  cell.className = isNumber ? "n" : "";
  cell.textContent = column.replaceAll("_", " ");
  return cell;
}

function addRow(body, row, columns, rows) {
  const line = body.insertRow();
  for (const [place, column] of columns.entries()) {
    const cell = line.insertCell();
    cell.className = isNumeric(rows, column) ? "n" : "";
    const text = isWord(row[column]) ? short(String(row[column])) : "";
    if (place === 0 && String(row.url).startsWith("/") && !row.url.startsWith("//")) cell.append(link(row.url, text));
    else cell.textContent = text;
  }
}

function link(url, text) {
  const made = document.createElement("a");
  made.href = url;
  made.textContent = text === "" ? url : text;
  return made;
}

function short(text) {
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
