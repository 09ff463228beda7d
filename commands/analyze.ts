import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireServer } from '#shared/database/postgres/given-server.ts';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs, parseEnvironment, readJsonFile } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { baseline, compareFigures } from './analyze/baseline.ts';
import { type DatabaseFigures, readDatabase } from './analyze/database.ts';
import { type Figures, findFaults } from './analyze/findings.ts';
import { readMetrics } from './analyze/metrics.ts';
import { type Analysis, renderAnalysis } from './analyze/report.ts';
import { analyzeSettings } from './analyze/settings.ts';
import { renderSla } from './analyze/sla.ts';
import { readSla } from './analyze/sla-figures.ts';
import { pointsByOperation, readTraces, statementUses } from './analyze/traces.ts';
import { readDeployment } from './costs/deployment.ts';
import { readInputs } from './costs/inputs.ts';
import { computeCosts } from './costs/model.ts';

const project = join(import.meta.dirname, '..');

const command = {
  call: 'npm run analyze --',
  does: 'Reports slow and repeated statements, indexes, caches, limits, costs and bottlenecks, and what has changed since the last time. The database is that of ANALYZE_DATABASE_URL. See docs/guides/analyze.md.',
  options: {
    prometheus: { type: 'string', value: 'URL', help: 'where the metrics are' },
    traces: {
      type: 'string',
      value: 'URL|FILE',
      help: 'Jaeger, or traces that it exported: which operation sent a statement',
    },
    hours: { type: 'string', value: 'NUMBER', default: '24', help: 'of metrics and traces (24)' },
    folder: {
      type: 'string',
      value: 'FOLDER',
      writes: 'folder',
      default: '.data/analysis',
      help: 'where reports are kept (.data/analysis)',
    },
    sla: { type: 'string', value: 'YYYY-MM', help: 'instead: the availability of this month, from Prometheus' },
    except: {
      type: 'string',
      value: 'FROM/TO,...',
      default: '',
      help: 'with --sla: times that do not count, such as 2026-11-03T02:00Z/2026-11-03T04:00Z',
    },
  },
} as const;

interface Sources {
  readonly prometheus?: string | undefined;
  readonly traces?: string | undefined;
  readonly hours: number;
}

async function analyze(folder: string, { prometheus, traces, hours }: Sources): Promise<void> {
  const { ANALYZE_DATABASE_URL: database } = parseEnvironment(analyzeSettings, process.env);
  if (!prometheus && !traces && !database)
    throw new ConfigurationError('There is nothing to analyze. Set --prometheus, --traces or ANALYZE_DATABASE_URL.');
  const read = traces ? await readTraces(traces, hours) : undefined;
  const figures: Figures = {
    database: database ? await readGivenDatabase(database) : undefined,
    metrics: prometheus ? await readMetrics(prometheus, hours) : undefined,
    uses: read && statementUses(read),
  };
  const date = new Date().toISOString().slice(0, 16);
  const baselineFile = join(folder, 'performance-baseline.json');
  // That of an earlier release may have another form. Then the comparison begins again.
  const { data: last } = baseline.safeParse(readJsonFile(baselineFile));
  const { changes, waiting, baseline: next } = compareFigures(last, date, figures);
  const points = Object.entries(pointsByOperation(read ?? []));
  const { usdPerRequest } = computeCosts(
    readInputs(join(project, 'infra/costs/inputs.yaml')),
    await readDeployment(project),
  );
  const analysis: Analysis = {
    date,
    hours,
    findings: findFaults(figures),
    since: last && { date: last.date, changes, waiting },
    costs: {
      usdPerRequest,
      pointsByOperation: Object.fromEntries(points.map(([name, one]) => [name, one.points / one.requests])),
    },
  };
  const { uses, ...others } = figures;
  write(folder, date.replace(':', '-'), renderAnalysis(analysis, figures), {
    ...analysis,
    figures: { ...others, uses: [...(uses?.values() ?? [])] },
  });
  writeFileSync(baselineFile, `${JSON.stringify(next, null, 2)}\n`);
}

/** @throws ConfigurationError if the server refuses the connection */
async function readGivenDatabase(url: string): Promise<DatabaseFigures> {
  await requireServer(url, 'ANALYZE_DATABASE_URL');
  return readDatabase(url);
}

/** Writes a report as Markdown and JSON, and prints it. */
function write(folder: string, name: string, text: string, data: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), text);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(data, null, 2)}\n`);
  console.log(text);
  console.log(`Written to ${join(folder, name)}.md and .json`);
}

try {
  const { values } = readCommandLine(command);
  const folder = resolve(values.folder);
  if (values.sla === undefined) {
    await analyze(folder, { ...values, hours: wholeNumber('hours', values.hours, 1, 720) });
  } else {
    if (!values.prometheus) throw needs('--prometheus', 'a URL with --sla');
    const report = await readSla(values.prometheus, values.sla, new Date(), values.except);
    write(folder, `sla-${values.sla}`, renderSla(report), report);
  }
} catch (error) {
  exitWith(error);
}
