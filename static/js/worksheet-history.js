// The way back over what was done in a worksheet's grid, and forward again. A gesture is what one key or button did:
// { edits: [{ number, name, before, after }], added: [number], removed: [{ number, above, values }], move: { number, after } }
window.sheetHistory = (() => {
  const rows = window.sheetRows;
  const cells = window.sheetCells;
  const drawing = window.sheetDrawing;

  const undo = (sheet) => rows.afterwards(sheet, () => step(sheet, sheet.gestures, sheet.undone, sheet.words.undone, sheet.words.nothing_to_undo));
  const redo = (sheet) => rows.afterwards(sheet, () => step(sheet, sheet.undone, sheet.gestures, sheet.words.redone, sheet.words.nothing_to_redo));

  const step = async (sheet, from, to, said, nothing) => {
    const gesture = from.pop();
    if (!gesture) return sheet.say(nothing);
    window.sheetActs.leave(sheet);
    const back = await turned(sheet, gesture);
    if (!back) return from.push(gesture); // it was refused, or its reason withheld
    const { left = 0, ...way } = back;
    const isDone = way.move || [way.edits, way.added, way.removed].some((each) => each.length);
    if (isDone || !left) to.push(way);
    return sheet.say([(isDone || !left) && said, left && cells.fill(sheet.words.left, { count: left, why: sheet.words.since })].filter(Boolean).join(" "));
  };

  // Where it happens, in sight.
  const show = (sheet, number, name) => {
    if (!drawing.isOpen(sheet)) sheet.select(sheet.row(number), name);
  };

  // Takes a gesture back; what takes that back again, null where it was not done. A cell in which something else stands since then is left.
  const turned = async (sheet, { edits = [], added = [], removed = [], move = null }) => {
    const { saving } = sheet;
    if (move) {
      const after = rows.above(sheet, move.number) || null;
      return (await rows.put(sheet, move.number, move.after)) ? { move: { number: move.number, after } } : null;
    }
    const away = added.filter((number) => saving.states.has(number));
    const kept = rows.noted(sheet, away);
    if (away.length && (await rows.takeAway(sheet, away)).length < away.length) return null;
    if (removed.length) {
      await rows.bringBack(sheet, removed);
      show(sheet, removed[0].number);
    }
    const there = edits.filter(({ number }) => !added.includes(number) && saving.states.has(number));
    const values = new Map(there.map((edit) => [edit, sheet.value(edit.number, edit.name)]));
    const back = there.filter(({ number, name, after }) => sheet.holds(number, name, after));
    if (back.length) show(sheet, back[0].number, back[0].name);
    saving.isWithheld = false;
    const saved = sheet.write(back.map(({ number, name, before }) => [number, name, before]), null);
    if (back.some(({ name }) => saving.regulated.has(name))) await saved; // its reason may be withheld
    if (saving.isWithheld) return null;
    return {
      edits: back.map((edit) => sheet.edit(edit.number, edit.name, values.get(edit), edit.before)),
      left: there.filter((edit) => !back.includes(edit) && !cells.alike(values.get(edit), edit.before)).length,
      added: removed.map(({ number }) => number),
      removed: kept,
    };
  };

  return { redo, undo };
})();
