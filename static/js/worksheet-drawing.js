// How the library draws a worksheet's grid: only what is needed, and so that what is chosen and what is being typed outlast it.
window.sheetDrawing = (() => {
  // The library marks every cell of every row at each step; those that are drawn are enough, the others are marked when they are.
  // It also warns of frozen columns beside the row's number, which are what is wanted here.
  const lighten = (sheet) => {
    const { selectRange: ranges } = sheet.table.modules;
    sheet.ranges = ranges;
    const lay = ranges.layoutElement;
    ranges.layoutElement = () => lay.call(ranges, true);
    ranges.updateHeaderColumn = () => {
      [ranges.rowHeader] = sheet.table.columnManager.getVisibleColumnsByIndex();
      ranges.rowHeader.definition.cssClass = "tabulator-range-row-header";
    };
    sheet.table.modules.columnCalcs.rowsToData = () => []; // what the totals are the server says: no row is read for them
    stay(sheet);
    const go = ranges.navigate;
    ranges.navigate = (...way) => {
      const moved = go.apply(ranges, way);
      if (moved) window.sheetGoing.reveal(sheet);
      return moved;
    };
  };

  // A grid that comes into sight for the first time is made anew, without what is typed in it, and its first cell is chosen. That is
  // needed only where it had no size before.
  const stay = (sheet) => {
    const { resizeTable: sizes } = sheet.table.modules;
    const draw = sizes.redrawTable;
    let hadSize = false;
    sheet.table.on("tableBuilt", () => {
      hadSize = sheet.part("grid").offsetWidth > 0;
    });
    sizes.redrawTable = (anew) => draw.call(sizes, anew && !hadSize);
    sheet.table.eventBus.subscribe("edit-editor-clear", () => Promise.resolve().then(() => goOn(sheet)));
  };

  const isOpen = (sheet) => Boolean(sheet.table.modules.edit.currentCell);

  // Until no cell is open: what is typed goes where it was begun.
  const closed = (sheet) => (isOpen(sheet) ? new Promise((resolve) => sheet.waiting.push(resolve)) : Promise.resolve());

  // Whatever came of a cell that was open, what waited for it goes on.
  const goOn = (sheet) => {
    sheet.showLate();
    sheet.waiting.splice(0).forEach((resolve) => resolve());
  };

  // The library draws nothing while a cell is open, and what is left when it is closed.
  const atOnce = (sheet, act) => {
    if (sheet.table.getRedrawBlock()) return act();
    sheet.table.blockRedraw();
    act();
    return sheet.table.restoreRedraw();
  };

  // Totals are told after the values of their rows: no value draws them anew.
  const withoutTotals = (sheet, act) => {
    const { columnCalcs: totals } = sheet.table.modules;
    const was = totals.blocked;
    totals.blocked = true;
    try {
      act();
    } finally {
      totals.blocked = was;
    }
  };

  // What is chosen goes with its rows while others come, go or move; in place of a row that goes the next one is chosen.
  const keeping = (sheet, act) => {
    const range = sheet.ranges.activeRange;
    const chosen = [range.start, range.end].map(({ row }) => [sheet.ranges.getTableRows()[row], row ?? 0]);
    const done = act();
    const rows = sheet.ranges.getTableRows();
    const [start, end] = chosen.map(([row, place]) => (rows.includes(row) ? rows.indexOf(row) : Math.max(Math.min(place, rows.length - 1), 0)));
    range.setStart(start, range.start.col);
    range.setEnd(end, range.end.col);
    sheet.ranges.layoutElement();
    return done;
  };

  // A row that is drawn anew takes the focus with it.
  const focused = (sheet, act) => {
    const had = sheet.part("grid").contains(document.activeElement);
    act();
    if (had && !sheet.part("grid").contains(document.activeElement)) sheet.focus();
  };

  return { atOnce, closed, focused, isOpen, keeping, lighten, withoutTotals };
})();
