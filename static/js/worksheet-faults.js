// What is wrong in a worksheet's grid: said at its cell, with what may have been meant, and in the list below the table.
window.sheetFaults = (() => {
  const cells = window.sheetCells;
  const LISTED = 5;
  const GAP = 4; // pixels between the cell and what is said of it

  // For who hears the table: each wrong cell is described by what is wrong with it, whether it is chosen or not.
  const describe = (sheet, element, number, name, words) => {
    const id = `${sheet.section.id}-why-${number}-${name}`;
    const known = document.getElementById(id);
    element.toggleAttribute("aria-describedby", Boolean(words));
    if (!words) return known?.remove();
    element.setAttribute("aria-describedby", id);
    if (known) known.textContent = words;
    else sheet.part("whys").append(Object.assign(document.createElement("span"), { id, textContent: words }));
  };

  const forget = (sheet, number) =>
    sheet.part("whys").querySelectorAll(`[id^="${sheet.section.id}-why-${number}-"]`).forEach((each) => each.remove());

  const begin = (sheet) => {
    const grid = sheet.part("grid");
    const later = () => requestAnimationFrame(() => draw(sheet));
    // Moved by a hand: where rows scroll or are drawn anew under a pointer that rests, nobody points at them.
    grid.addEventListener("mousemove", ({ target }) => {
      const over = target.closest(".sheet-wrong");
      if (over === sheet.over) return;
      sheet.over = over;
      draw(sheet);
    });
    grid.addEventListener("mouseleave", () => {
      sheet.over = null;
      draw(sheet);
    });
    sheet.section.addEventListener("focusin", later);
    sheet.section.addEventListener("focusout", later);
    window.addEventListener("scroll", later, { capture: true, passive: true });
    window.addEventListener("resize", later);
    sheet.part("why").addEventListener("keydown", (event) => among(sheet, event));
  };

  // The cell of which something is said: under the pointer, else the one that is chosen, else the number of its row.
  const pointed = (sheet) => {
    const chosen = atChosen(sheet);
    return sheet.over?.isConnected && sheet.over !== chosen?.cell ? { cell: sheet.over, near: [] } : chosen;
  };

  const atChosen = (sheet) => {
    const row = sheet.section.contains(document.activeElement) && sheet.ranges ? sheet.current() : undefined;
    const state = row && sheet.stateOf(row);
    if (!state?.isWrong) return null;
    const name = sheet.currentColumn()?.name;
    const isAt = Boolean(state.errors[name]);
    if (!isAt && !state.errors[""]) return null;
    const place = `${state.number} ${isAt ? name : ""}`;
    if (sheet.hidden === place) return null;
    return { cell: row.getCell(isAt ? window.worksheets.FIELD + name : "n").getElement(), place, state, name, near: (isAt && state.near[name]) || [] };
  };

  const draw = (sheet) => {
    const box = sheet.part("why");
    const at = pointed(sheet);
    const words = at?.cell.isConnected ? document.getElementById(at.cell.getAttribute("aria-describedby"))?.textContent : "";
    sheet.told = words ? at : null;
    box.hidden = !words;
    if (!words) return;
    const made = document.createElement("div");
    const said = document.createElement("p");
    said.textContent = words;
    made.append(said, ...at.near.map((choice) => offered(sheet, at.state, at.name, choice)));
    if (at.near.length) made.append(Object.assign(document.createElement("kbd"), { textContent: "Ctrl ." }));
    // What is the same stays, so that a button is not taken from under the pointer.
    const shown = `${at.place} ${made.innerHTML}`;
    if (sheet.shownAt !== shown) box.replaceChildren(...made.childNodes);
    sheet.shownAt = shown;
    lay(sheet, box, at.cell);
  };

  const offered = (sheet, state, name, choice) =>
    window.worksheets.button(choice, () => {
      sheet.focus();
      sheet.write([[state.number, name, choice]]);
    });

  // Below the cell, or above it where the window ends; nowhere while the cell is out of sight.
  const lay = (sheet, box, cell) => {
    const here = cell.getBoundingClientRect();
    const view = sheet.part("grid").getBoundingClientRect();
    box.hidden = here.bottom < view.top || here.top > view.bottom || here.right < view.left || here.left > view.right;
    const below = here.bottom + GAP;
    const isRoom = below + box.offsetHeight < window.innerHeight;
    const left = Math.min(Math.max(here.left, view.left), window.innerWidth - box.offsetWidth - GAP);
    Object.assign(box.style, { left: `${Math.max(left, GAP)}px`, top: `${isRoom ? below : here.top - box.offsetHeight - GAP}px` });
  };

  // Until another cell is chosen, or something is offered again; whether there was something to hide.
  const hide = (sheet) => {
    if (!sheet.told) return false;
    sheet.hidden = sheet.told.place ?? sheet.hidden;
    sheet.over = null;
    draw(sheet);
    return true;
  };

  // To the first of what may have been meant at the cell that is chosen.
  const offer = (sheet) => {
    sheet.hidden = "";
    sheet.over = null;
    draw(sheet);
    sheet.part("why").querySelector("button")?.focus();
  };

  // The arrow keys go from one to the next, Escape goes back to the cell.
  const among = (sheet, event) => {
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key !== "Escape" && !step) return;
    event.preventDefault();
    if (step) buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
    else sheet.focus();
  };

  const of = (sheet, rows) =>
    rows.flatMap((row) => {
      const { errors } = sheet.stateOf(row);
      return Object.entries(errors).map(([name, words]) => ({ row, name, words: words.join(" ") }));
    });

  // Every cell that is wrong, from the top, as far as a filter shows its row; how many it hides.
  const every = (sheet) => (sheet.saving.isAnyWrong ? of(sheet, sheet.table.getRows("active")) : []);
  const unseen = (sheet, shown) => (sheet.saving.isAnyWrong ? of(sheet, sheet.table.getRows()).length - shown.length : 0);

  const go = (sheet, { row, name }) => {
    sheet.hidden = "";
    sheet.select(row, sheet.columns.has(name) ? name : undefined);
  };

  // The next one behind the cell that is chosen, then again from the top.
  const next = (sheet) => {
    const wrong = every(sheet);
    const [row, name] = [sheet.current()?.getPosition() ?? 0, sheet.currentColumn()?.name];
    const place = (each) => [...sheet.columns.keys()].indexOf(each);
    const isBehind = (each) => each.row.getPosition() > row || (each.row.getPosition() === row && place(each.name) > place(name));
    const found = wrong.find(isBehind) ?? wrong[0];
    if (found) go(sheet, found);
    else if (unseen(sheet, wrong)) showAll(sheet);
  };

  // Nothing is hidden any more, and one goes where something is wrong.
  const showAll = (sheet) => {
    sheet.table.clearHeaderFilter();
    const [first] = every(sheet);
    if (first) go(sheet, first);
  };

  // It stays as long as a cell is wrong, wherever one goes.
  const list = (sheet) => {
    const part = sheet.part("wrongs");
    const wrong = every(sheet);
    const hidden = unseen(sheet, wrong);
    tell(sheet, wrong);
    const said = [...wrong.map((each) => keyOf(each, each.row.getPosition())), hidden].join("\n");
    part.hidden = wrong.length + hidden === 0;
    if (said === sheet.listed) return;
    sheet.listed = said;
    const more = wrong.length - LISTED;
    part.replaceChildren(
      ...wrong.slice(0, LISTED).map((each) => line(sheet, each)),
      ...(more > 0 ? [item(cells.fill(sheet.words.more, { count: more }))] : []),
      ...(hidden > 0 ? [item(window.worksheets.button(sheet.words.show_all, () => showAll(sheet)), ` ${cells.fill(sheet.words.hidden, { count: hidden })}`)] : []),
    );
  };

  // Said aloud once, where the answer comes when one is elsewhere; of the cell that is chosen the line above says it.
  const tell = (sheet, wrong) => {
    const known = sheet.heard ?? new Set();
    const isNew = (each) => !known.has(keyOf(each)) && !isChosen(sheet, each);
    const said = wrong.filter(isNew).slice(0, LISTED);
    sheet.heard = new Set(wrong.map((each) => keyOf(each)));
    if (said.length || !wrong.length) sheet.part("heard").textContent = said.map((each) => `${placeOf(sheet, each)}: ${each.words}`).join(" ");
  };

  const keyOf = ({ row, name, words }, place = row.getData().n) => `${place} ${name} ${words}`;

  const isChosen = (sheet, { row, name }) =>
    row.getPosition() === sheet.current()?.getPosition() && (!name || name === sheet.currentColumn()?.name);

  const placeOf = (sheet, { row, name }) => {
    const heading = sheet.columns.get(name)?.heading;
    return cells.fill(heading ? sheet.words.at : sheet.words.at_row, { row: row.getPosition(), column: heading });
  };

  const line = (sheet, each) => item(window.worksheets.button(placeOf(sheet, each), () => go(sheet, each)), ` ${each.words}`);

  const item = (...parts) => {
    const made = document.createElement("li");
    made.append(...parts);
    return made;
  };

  return { begin, describe, draw, forget, hide, list, next, offer };
})();
