import type { ExplainedStatement, History } from './measure-history.ts';

/** Most that buffers and rows may grow when the history is ten times as long. */
const mostGrowth = 1.3;

/**
 * A document may touch so many more buffers, however few it touched before. In a short history the entries of a page share pages of tables
 * and indexes, in a long one each has its own.
 */
const fewBuffers = 64;

/** A document may read so many more rows of a table, however few it read before: pages differ in what belongs to their entries. */
const fewRows = 500;

/** PostgreSQL scans smaller tables, because that is cheaper than an index. */
const scannedRows = 1_000;

/** A table that has twice the rows in a history ten times as long. */
const growingRows = 2;

export interface Growth {
  readonly document: string;
  /** Buffers of the document in each history, shortest first. */
  readonly buffers: readonly number[];
  /** Largest growth of the buffers per tenfold history. */
  readonly factor: number;
  /** The same without the pages that searches read because a B-tree has one more level. */
  readonly factorBelowRoots: number;
  /** What breaks the rule. */
  readonly faults: readonly string[];
  /** The statements whose buffers grow, if the document breaks the rule. */
  readonly growing: readonly GrowingStatement[];
}

export interface GrowingStatement {
  readonly text: string;
  readonly buffers: readonly number[];
}

/** Compares the documents in histories of several lengths, shortest first. */
export function compareHistories(histories: readonly History[]): Growth[] {
  const steps = histories.slice(1).map((longer, index) => new Step(histories[index]!, longer));
  const names = [...(histories[0]?.statements.keys() ?? [])];
  return names.map((document) => {
    const factor = Math.max(...steps.map((step) => step.growthOf(document)));
    const factorBelowRoots = Math.max(...steps.map((step) => step.growthBelowRootsOf(document)));
    const faults = [...new Set(steps.flatMap((step) => step.faultsOf(document)))];
    return {
      document,
      buffers: histories.map((history) => buffersOf(statementsOf(history, document))),
      factor,
      factorBelowRoots,
      faults,
      growing: faults.length > 0 ? growingStatements(histories, document) : [],
    };
  });
}

/** From one history to the next longer one. */
class Step {
  readonly #shorter: History;
  readonly #longer: History;
  readonly #tenfolds: number;

  constructor(shorter: History, longer: History) {
    this.#shorter = shorter;
    this.#longer = longer;
    this.#tenfolds = Math.log10(longer.shipments / shorter.shipments);
  }

  /** Growth of a document's buffers per tenfold history. */
  growthOf(document: string): number {
    const [from = 0, to = 0] = this.#statements(document).map(buffersOf);
    return this.#growth(from, to);
  }

  /** Growth without the pages of new levels. B-trees get one whenever their table is some hundred times as long. */
  growthBelowRootsOf(document: string): number {
    const { from, to } = this.#buffersBelowRoots(document);
    return this.#growth(from, to);
  }

  #buffersBelowRoots(document: string): { from: number; to: number } {
    const [from = 0, to = 0] = this.#statements(document).map(buffersOf);
    const searches = statementsOf(this.#longer, document).flatMap((statement) => statement.searches);
    const onNewLevels = searches.reduce((sum, { index, searches }) => sum + searches * this.#newLevels(index), 0);
    return { from, to: to - onNewLevels };
  }

  /** What breaks the rule in this step: too many more buffers, and growing tables that are scanned or read further. */
  faultsOf(document: string): string[] {
    return [...this.#faultsOfBuffers(document), ...this.#faultsOfTables(document)];
  }

  #faultsOfBuffers(document: string): string[] {
    const { from, to } = this.#buffersBelowRoots(document);
    const growth = this.#growth(from, to);
    if (to - from <= fewBuffers || growth <= mostGrowth) return [];
    return [`touches ${growth.toFixed(2)} times the buffers per tenfold history`];
  }

  #faultsOfTables(document: string): string[] {
    const before = rowsByTable(statementsOf(this.#shorter, document));
    const after = rowsByTable(statementsOf(this.#longer, document));
    const tables = [...after].filter(([table]) => this.#isGrowing(table));
    return tables.flatMap(([table, { rows, isScanned }]) => {
      if (isScanned && rows > scannedRows) return [`scans ${table} (${rows} rows)`];
      const few = before.get(table)?.rows ?? 0;
      if (rows - few <= fewRows || this.#growth(few, rows) <= mostGrowth) return [];
      return [`reads ${few} and then ${rows} rows of ${table}`];
    });
  }

  #statements(document: string): (readonly ExplainedStatement[])[] {
    return [this.#shorter, this.#longer].map((history) => statementsOf(history, document));
  }

  #newLevels(index: string): number {
    const [few = 0, many = 0] = [this.#shorter, this.#longer].map(({ levels }) => levels.get(index));
    return Math.max(0, many - few);
  }

  #isGrowing(table: string): boolean {
    const [few = 0, many = 0] = [this.#shorter, this.#longer].map(({ rows }) => rows.get(table));
    return this.#growth(few, many) > growingRows;
  }

  #growth(from: number, to: number): number {
    return (Math.max(to, 1) / Math.max(from, 1)) ** (1 / this.#tenfolds);
  }
}

function growingStatements(histories: readonly History[], document: string): GrowingStatement[] {
  const byText = histories.map((history) => Map.groupBy(statementsOf(history, document), ({ text }) => text));
  const texts = new Set(byText.flatMap((statements) => [...statements.keys()]));
  return [...texts]
    .map((text) => ({ text, buffers: byText.map((statements) => buffersOf(statements.get(text) ?? [])) }))
    .filter(({ buffers }) => (buffers.at(-1) ?? 0) > (buffers[0] ?? 0) * mostGrowth);
}

function statementsOf({ statements }: History, document: string): readonly ExplainedStatement[] {
  return statements.get(document) ?? [];
}

function buffersOf(statements: readonly ExplainedStatement[]): number {
  return statements.reduce((sum, { buffers }) => sum + buffers, 0);
}

function rowsByTable(statements: readonly ExplainedStatement[]): Map<string, { rows: number; isScanned: boolean }> {
  const readings = Map.groupBy(
    statements.flatMap((statement) => statement.readings),
    ({ table }) => table,
  );
  return new Map(
    [...readings].map(([table, own]) => [
      table,
      { rows: own.reduce((sum, { rows }) => sum + rows, 0), isScanned: own.some(({ isScan }) => isScan) },
    ]),
  );
}
