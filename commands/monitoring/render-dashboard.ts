import type { Dashboard, Panel } from './panel.ts';

const datasource = { type: 'prometheus', uid: 'prometheus' };
const types = { graph: 'timeseries', figure: 'stat', table: 'table' } as const;
/** Columns and rows of Grafana's grid that a panel takes. */
const sizes = { graph: { w: 8, h: 8 }, figure: { w: 4, h: 4 }, table: { w: 12, h: 9 } } as const;
const columns = 24;

/** A dashboard as Grafana's JSON. */
export function renderDashboard({ name, title, panels }: Dashboard): string {
  const dashboard = {
    uid: `freight-${name}`,
    title,
    tags: ['freight', 'generated'],
    description: 'Written by `npm run monitoring` from commands/monitoring/dashboards: change the description there.',
    editable: false,
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'utc',
    panels: place(panels),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

/** Puts panels in rows from left to right. */
function place(panels: readonly Panel[]): readonly object[] {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return panels.map((panel, index) => {
    const { w, h } = sizes[panel.kind];
    if (x + w > columns) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return renderPanel(panel, index + 1, gridPos);
  });
}

function renderPanel({ title, help, kind, unit, queries }: Panel, id: number, gridPos: object): object {
  const isTable = kind === 'table';
  return {
    id,
    title,
    ...(help !== undefined && { description: help }),
    type: types[kind],
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      ...(legend !== undefined && { legendFormat: legend }),
      ...(isTable && { format: 'table', instant: true }),
    })),
  };
}
