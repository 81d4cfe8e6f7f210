// Where one goes in a worksheet's grid by keys, as in a spreadsheet, and that what is chosen there is in sight.
window.sheetGoing = (() => {
  const last = (sheet) => ({ row: sheet.ranges.getTableRows().length - 1, column: sheet.ranges.getTableColumns().length - 1 });

  // Inside the grid, beside what is frozen on its left; then on the page, below its bar.
  const reveal = (sheet) => {
    const { ranges } = sheet;
    const { row: place, col } = ranges.activeRange.end;
    const row = ranges.getRowByRangePos(place);
    const column = ranges.getColumnByRangePos(col);
    if (!row || !column) return;
    if (row.getElement().parentNode === null) row.getComponent().scrollTo("nearest", false).catch(() => {});
    const holder = sheet.table.rowManager.element;
    const cell = row.getComponent().getCell(column.getComponent()).getElement();
    const frozen = ranges.getTableColumns().filter((each) => each.definition.frozen);
    const [here, view] = [cell.getBoundingClientRect(), holder.getBoundingClientRect()];
    const left = Math.max(view.left, ...frozen.map((each) => each.getElement().getBoundingClientRect().right));
    if (!frozen.includes(column)) holder.scrollLeft += beyond(here.left, here.right, left, view.left + holder.clientWidth);
    holder.scrollTop += beyond(here.top, here.bottom, view.top, view.top + holder.clientHeight);
    cell.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  };

  // How far what begins and ends there is outside; what is longer than the view shows its beginning.
  const beyond = (start, end, from, to) => (start < from ? start - from : Math.max(Math.min(end - to, start - from), 0));

  // extend: what is chosen grows or shrinks up to there.
  const to = (sheet, row, column, extend) => {
    const { ranges } = sheet;
    const most = last(sheet);
    const [place, col] = [Math.min(Math.max(row, 0), most.row), Math.min(Math.max(column, 1), most.column)]; // 0 is the row's number
    if (!extend) {
      ranges.selecting = "cell";
      ranges.activeRange.setStart(place, col);
    }
    ranges.activeRange.setEnd(place, col);
    reveal(sheet);
    ranges.layoutElement();
  };

  // How many rows the grid shows at once, less the one by which one finds oneself again.
  const page = (sheet) => {
    const height = sheet.current()?.getElement().offsetHeight || 1;
    return Math.max(Math.floor(Math.min(sheet.table.rowManager.element.clientHeight, window.innerHeight) / height) - 1, 1);
  };

  // Whether the key is one of these.
  const by = (sheet, { key, ctrlKey, metaKey, shiftKey }) => {
    const { start, end } = sheet.ranges.activeRange;
    const here = shiftKey ? end : start;
    const far = ctrlKey || metaKey;
    const ways = {
      Home: () => [far ? 0 : here.row, 1],
      End: () => [far ? last(sheet).row : here.row, last(sheet).column],
      PageUp: () => [here.row - page(sheet), here.col],
      PageDown: () => [here.row + page(sheet), here.col],
    };
    if (!ways[key] || (far && key.startsWith("Page"))) return false; // with Ctrl the browser goes to another tab
    to(sheet, ...ways[key](), shiftKey);
    return true;
  };

  const all = (sheet) => {
    const { ranges } = sheet;
    const most = last(sheet);
    ranges.activeRange.setStart(0, 1);
    ranges.activeRange.setEnd(most.row, most.column);
    ranges.layoutElement();
  };

  return { all, by, reveal, to };
})();
