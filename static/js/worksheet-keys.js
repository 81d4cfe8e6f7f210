// The keys of a worksheet's grid.
window.sheetKeys = (() => {
  const acts = window.sheetActs;
  const faults = window.sheetFaults;
  const going = window.sheetGoing;
  const history = window.sheetHistory;
  const ARROW = 20; // pixels at the end of a cell that has a list
  const inField = ({ target }) => target.closest("input, textarea, select");

  // With Ctrl, or Cmd.
  const COMMANDS = {
    d: acts.fillDown,
    z: history.undo,
    y: history.redo,
    "shift+z": history.redo,
    x: acts.cut,
    enter: (sheet) => sheet.config.grows && (sheet.config.moves && sheet.isPlaced ? acts.insert(sheet) : acts.add(sheet)),
    delete: (sheet) => sheet.config.grows && acts.remove(sheet),
    ".": faults.offer,
  };

  const begin = (sheet) => {
    const holder = sheet.part("grid");
    holder.addEventListener("pointerdown", ({ target }) => {
      if (target.closest(".tabulator-cell")) sheet.isPlaced = true;
    }, true);
    holder.addEventListener("keydown", (event) => {
      if (event.key === "Tab" && !event.target.closest(".sheet-editor-box")) {
        if (leaves(sheet, event)) event.stopPropagation(); // the library would keep it
        sheet.isEscaped = false;
        return;
      }
      if (event.key !== "Shift") sheet.isEscaped = event.key === "Escape" && !inField(event);
      if (!inField(event) && press(sheet, event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    }, true);
    holder.addEventListener("click", ({ target, offsetX }) => {
      if (target.classList.contains("sheet-chosen") && offsetX > target.clientWidth - ARROW) opens(sheet, "F2", false);
    });
    holder.addEventListener("paste", (event) => {
      if (inField(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (sheet.config.may_change) acts.paste(sheet, event.clipboardData.getData("text/plain"));
    }, true);
  };

  const isEmpty = (sheet) => sheet.table.getDataCount("active") === 0; // there is no cell to go to, and the library would look for one

  // Tab goes on to the next cell, which keeps the focus. From the end of a row, after Escape, and from what is around the rows it leaves.
  const leaves = (sheet, { target, shiftKey }) => {
    if (isEmpty(sheet)) return true;
    const edge = shiftKey ? sheet.config.columns[0] : sheet.config.columns.at(-1);
    const isOnward = target === sheet.table.rowManager.element && sheet.currentColumn() && sheet.currentColumn().name !== edge.name;
    return sheet.isEscaped || !isOnward;
  };

  // Whether the key is done with; the library has the others.
  const press = (sheet, event) => {
    const { shiftKey } = event;
    const { may_change: mayChange, moves } = sheet.config;
    const isThird = event.getModifierState("AltGraph"); // types a letter, for example € or @
    const command = (event.ctrlKey || event.metaKey) && !isThird;
    const altKey = event.altKey && !isThird;
    const key = event.key.toLowerCase();
    const act = command && !altKey && COMMANDS[shiftKey ? `shift+${key}` : key];
    if (act && mayChange) return done(act(sheet));
    if (command && !altKey && !shiftKey && key === "c") return done(acts.copyCells(sheet));
    if (key === "escape") return faults.hide(sheet) || Boolean(sheet.cut && done(acts.leave(sheet), sheet.say("")));
    if (key === "f8") return done(faults.next(sheet));
    if (altKey && moves && ["arrowup", "arrowdown"].includes(key)) return done(acts.move(sheet, key === "arrowdown"));
    if (command && !altKey && key === "a" && !isEmpty(sheet)) return done(going.all(sheet));
    if (isEmpty(sheet)) {
      if (!command) event.stopPropagation();
      return false;
    }
    if (key.startsWith("arrow") || /^(home|end|page)/.test(key)) sheet.isPlaced = true;
    if (!altKey && going.by(sheet, event)) return true;
    if (["delete", "backspace"].includes(key) && mayChange) return done(acts.empty(sheet));
    return opens(sheet, event.key, command || altKey);
  };

  const done = () => true;

  // A letter, Enter or F2 opens the cell that is chosen, and brings it into sight.
  const opens = (sheet, key, isModified) => {
    const isLetter = key.length === 1 && !isModified;
    if (key !== "F2" && !isLetter && (isModified || key !== "Enter")) return false;
    const column = sheet.currentColumn();
    const row = sheet.current();
    const state = row && sheet.stateOf(row);
    if (!column || !state) return true; // the library would open an editor that a closed column does not have
    sheet.isPlaced = true;
    if (!sheet.mayType(state, column)) return done(sheet.say(sheet.whyNot(state, column)));
    going.reveal(sheet);
    if (isLetter) sheet.letter = key;
    row.getCell(`${window.worksheets.FIELD}${column.name}`).edit();
    return true;
  };

  return { begin };
})();
