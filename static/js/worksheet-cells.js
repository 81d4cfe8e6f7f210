// The cells of a worksheet's grid: how a value is shown, edited, sorted and filtered, and how a block from a spreadsheet is read.
window.sheetCells = (() => {
  const NUMBERS = ["number", "whole"];
  const CHOSEN = ["choice", "yesno", "lookup"]; // from a list
  const isEmpty = (value) => value === null || value === undefined || value === "";
  const alike = (one, other) => (isEmpty(one) || isEmpty(other) ? isEmpty(one) && isEmpty(other) : String(one) === String(other));
  // Less than one percent stands with its sign.
  const numberOf = (value) => Number(String(value).replace(/\s*%$/, ""));
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

  const grouped = (value) => {
    const [whole, part] = String(value).split(".");
    const groups = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return part === undefined ? groups : `${groups}.${part}`;
  };

  const day = (value) => {
    const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
    if (!found) return value;
    const date = new Date(Date.UTC(found[1], found[2] - 1, found[3]));
    const month = date.toLocaleDateString(document.documentElement.lang || "en", { month: "short", timeZone: "UTC" });
    return `${date.getUTCDate()} ${month} ${found[1]}`;
  };

  // As people read it; what was typed and is not saved stays as it was typed.
  const words = (column, value, said) => {
    if (isEmpty(value)) return "";
    if (column.kind === "choice") return column.choices.find((each) => String(each.key) === String(value))?.label ?? String(value);
    if (column.kind === "yesno") return typeof value === "boolean" ? (value ? said.yes : said.no) : String(value);
    if (column.kind === "day") return day(String(value));
    return column.grouped && NUMBERS.includes(column.kind) && /^-?\d+(\.\d+)?$/.test(String(value)) ? grouped(value) : String(value);
  };

  // What a copied cell says, so that a spreadsheet takes a number for a number.
  const copied = (column, value, said) =>
    NUMBERS.includes(column.kind) || column.kind === "day" ? (isEmpty(value) ? "" : String(value)) : words(column, value, said);

  const sorter = (column, said) => (one, other) => {
    if (isEmpty(one) || isEmpty(other)) return isEmpty(one) - isEmpty(other);
    if (NUMBERS.includes(column.kind)) return numberOf(one) - numberOf(other);
    return words(column, one, said).localeCompare(words(column, other, said), undefined, { numeric: true });
  };

  // Part of the words; of numbers and days also "> 5", "<= 2026-03-12".
  const filter = (column, said) => (wanted, value) => {
    const compared = /^\s*(<=|>=|<|>|=)\s*(\S+(?: %)?)\s*$/.exec(wanted);
    if (!compared) return words(column, value, said).toLowerCase().includes(wanted.trim().toLowerCase());
    if (isEmpty(value)) return false;
    const [one, other] = NUMBERS.includes(column.kind) ? [numberOf(value), numberOf(compared[2].replace(",", "."))] : [String(value), compared[2]];
    return { "<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other, "=": one === other }[compared[1]];
  };

  // As typed: without capitals, and a dash is as good as a hyphen.
  const plain = (text) => text.trim().toLowerCase().replace(/[‐‑–—]/g, "-");

  // The whole of a choice from its beginning, where only one begins so.
  const completed = (column, typed) => {
    const begun = plain(typed);
    if (column.kind !== "choice" || !begun) return typed;
    const labels = column.choices.map((each) => each.label);
    const whole = labels.filter((label) => plain(label) === begun);
    const begins = labels.filter((label) => plain(label).startsWith(begun));
    return whole[0] ?? (begins.length === 1 ? begins[0] : typed);
  };

  const offered = (column, said) => {
    if (column.kind === "choice") return column.choices.map((each) => each.label);
    return column.kind === "yesno" ? [said.yes, said.no] : [];
  };

  const asking = (column, lookup) => async (words) => {
    const answer = await fetch(`${lookup.replace("COLUMN", column.name)}?q=${encodeURIComponent(words)}`);
    return answer.ok ? answer.json() : null;
  };

  // One text field for every kind: the server reads what is typed. begin(): the letter that opened it, in place of what was there.
  const editor = (column, said, lookup, begin, leave) => (cell, onRendered, success, cancel) => {
    const box = document.createElement("span");
    const input = document.createElement("input");
    const letter = begin();
    const before = words({ ...column, kind: NUMBERS.includes(column.kind) || column.kind === "day" ? "text" : column.kind }, cell.getValue(), said);
    input.type = "text";
    input.className = "sheet-editor";
    input.value = letter ?? before;
    input.autocomplete = "off";
    input.setAttribute("aria-label", column.heading);
    const why = cell.getElement().getAttribute("aria-describedby");
    if (why) {
      input.setAttribute("aria-describedby", why);
      input.setAttribute("aria-invalid", "true");
    }
    if (NUMBERS.includes(column.kind)) input.inputMode = "decimal";
    box.className = "sheet-editor-box";
    box.append(input);
    let list;
    const done = () => {
      list?.close();
      return input.value === before ? cancel() : success(completed(column, input.value.trim()));
    };
    const go = (way) => {
      input.removeEventListener("blur", done);
      done();
      leave(way);
    };
    onRendered(() => {
      input.focus({ preventScroll: true });
      if (letter === undefined) input.select();
      if (!CHOSEN.includes(column.kind)) return;
      const from = column.kind === "lookup" ? { ask: asking(column, lookup) } : { names: offered(column, said) };
      list = window.sheetList.open(input, cell.getElement(), { ...from, isBegun: letter !== undefined, pick: () => go(null) });
    });
    input.addEventListener("blur", done);
    input.addEventListener("keydown", (event) => {
      const step = list && !event.isComposing && { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const way = { Enter: event.shiftKey ? "up" : "down", Tab: event.shiftKey ? "left" : "right" }[event.key];
      if (event.key === "Escape") {
        event.stopPropagation();
        input.removeEventListener("blur", done);
        list?.close();
        cancel();
        leave(null);
      } else if (way && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        go(way);
      } else if (step) {
        event.preventDefault();
        event.stopPropagation();
        list.move(step);
      } else if (event.key !== "Control") event.stopPropagation();
    });
    return box;
  };

  // A block as spreadsheets copy it: tabs and lines, and quotes around a cell that holds one of them.
  const block = (text) => {
    const rows = [[]];
    let cell = "";
    let quoted = false;
    const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let place = 0; place < plain.length; place += 1) {
      const letter = plain[place];
      if (quoted) {
        if (letter !== '"') cell += letter;
        else if (plain[place + 1] === '"') {
          cell += letter;
          place += 1;
        } else quoted = false;
      } else if (letter === '"' && cell === "") quoted = true;
      else if (letter === "\t") {
        rows.at(-1).push(cell);
        cell = "";
      } else if (letter === "\n") {
        rows.at(-1).push(cell);
        cell = "";
        rows.push([]);
      } else cell += letter;
    }
    rows.at(-1).push(cell);
    return rows;
  };

  // The way back from `block`.
  const lines = (rows) => rows.map((row) => row.map((words) => (/[\t\n"]/.test(words) ? `"${words.replace(/"/g, '""')}"` : words)).join("\t")).join("\n");

  const asTable = (rows) => {
    const table = document.createElement("table");
    rows.forEach((row) => {
      const line = table.insertRow();
      row.forEach((words) => (line.insertCell().textContent = words));
    });
    return table.outerHTML;
  };

  return { CHOSEN, alike, asTable, block, copied, editor, fill, filter, isEmpty, isNumber: (column) => NUMBERS.includes(column.kind), lines, sorter, words };
})();
