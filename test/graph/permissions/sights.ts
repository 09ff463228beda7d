import { hasOwnRecords, type ViewerName, viewerNames } from './viewers.ts';

/*
 * What a caller sees of a field:
 *   +  what an administrator sees
 *   -  null
 *   0  an empty list, whose total is 0
 *   .  no record
 *   x  an error
 *   ~  a part of it, or a part of the records
 *   ?  nothing can be said: no record has a value there
 */
export const unknown = '?';

/** Collects what viewers see of many records, and sums it up by field. */
export class Sights {
  readonly #noted = new Map<string, Map<string, Set<string>>>();

  note(row: string, viewer: ViewerName, isOwn: boolean, sight: string): void {
    const cells = this.#noted.get(row) ?? new Map<string, Set<string>>();
    this.#noted.set(row, cells);
    const cell = cellOf(viewer, isOwn);
    cells.set(cell, (cells.get(cell) ?? new Set()).add(sight));
  }

  /**
   * The rows, by field. A row has one sight for each viewer in the order of `viewerNames`, and two for those that have own
   * records: of these, and of records of others.
   */
  rows(): Map<string, string> {
    return new Map([...this.#noted].map(([row, cells]) => [row, textOf(cells)]));
  }
}

const cellOf = (viewer: ViewerName, isOwn: boolean): string =>
  hasOwnRecords(viewer) ? `${viewer} ${isOwn ? 'own' : 'other'}` : viewer;

function textOf(cells: ReadonlyMap<string, ReadonlySet<string>>): string {
  const staff = viewerNames.filter((viewer) => !hasOwnRecords(viewer) && viewer !== 'nobody');
  const sightOf = (cell: string) => joined(cells.get(cell) ?? new Set());
  const owners = viewerNames.filter(hasOwnRecords);
  return [
    staff.map(sightOf).join(''),
    ...owners.map((viewer) => sightOf(cellOf(viewer, true)) + sightOf(cellOf(viewer, false))),
    sightOf('nobody'),
  ].join(' ');
}

function joined(sights: ReadonlySet<string>): string {
  const [first = unknown, ...others] = [...sights].filter((sight) => sight !== unknown);
  return others.length > 0 ? '~' : first;
}
