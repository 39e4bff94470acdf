/** Whether a file's name is that of a table of GTSRB: `GT-00012.csv`, `GT-final_test.csv`. */
export function isGtsrbTable(name: string): boolean {
  return /(?:^|\/)GT-(?:\d{5}|final_test)\.csv$/i.test(name);
}
