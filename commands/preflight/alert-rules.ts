import { z } from 'zod';
import { allRules } from '../monitoring/all-rules.ts';
import { isAlert } from '../monitoring/rule.ts';
import { type Check, requireNone } from './check.ts';
import { requireCurrent } from './files.ts';
import { askPrometheus, type Site } from './site.ts';

const loadedRules = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            name: z.string(),
            query: z.string(),
            duration: z.number().default(0),
            labels: z.record(z.string(), z.string()).default({}),
            health: z.string(),
            lastError: z.string().default(''),
          }),
        ),
      }),
    ),
  }),
});
const formatted = z.object({ data: z.string() });
const alertmanagers = z.object({ data: z.object({ activeAlertmanagers: z.array(z.unknown()) }) });

/** An alert or a recording rule. Several alerts may have one name. */
interface Rule {
  readonly name: string;
  readonly query: string;
  /** Seconds for which the condition of an alert must hold. */
  readonly duration: number;
  readonly labels: Readonly<Record<string, string>>;
}

export const rulesCheck: Check = {
  name: 'rules',
  advice:
    'Run `npm run monitoring`, commit the files and let Prometheus load them (POST /-/reload); start Alertmanager.',
  async run(site) {
    const { project } = site;
    requireCurrent(project, 'monitoring/prometheus/rules');
    const { groups } = (await askPrometheus(site, { path: '/api/v1/rules' }, loadedRules)).data;
    const loaded = groups.flatMap(({ rules }) => rules);
    const wanted = rulesOf(project);
    const receivers = (await askPrometheus(site, { path: '/api/v1/alertmanagers' }, alertmanagers)).data;
    requireNone([
      ...(await findDifferences(site, wanted, loaded)),
      ...loaded.flatMap(({ name, health, lastError }) => {
        if (health === 'ok') return [];
        return health === 'err' ? `The rule ${name} fails: ${lastError}.` : `The rule ${name} was not evaluated yet.`;
      }),
      ...(receivers.activeAlertmanagers.length === 0 ? ['Prometheus reaches no Alertmanager.'] : []),
    ]);
    return `Prometheus has all ${wanted.length} rules.`;
  },
};

function rulesOf(project: string): readonly Rule[] {
  const rules = Object.values(allRules(project)).flatMap((groups) => groups.flatMap((group) => group.rules));
  return rules.map((rule) =>
    isAlert(rule)
      ? {
          name: rule.alert,
          query: rule.expr,
          duration: secondsOf(rule.for),
          labels: { severity: rule.severity, service: rule.service, ...rule.labels },
        }
      : { name: rule.record, query: rule.expr, duration: 0, labels: {} },
  );
}

/** Rules of other names are those of the operator. */
async function findDifferences(
  site: Site,
  wanted: readonly Rule[],
  loaded: readonly Rule[],
): Promise<readonly string[]> {
  const names = [...new Set(wanted.map(({ name }) => name))];
  const faults = await Promise.all(
    names.map(async (name): Promise<readonly string[]> => {
      const [own, found] = [wanted, loaded].map((rules) => rules.filter((rule) => rule.name === name));
      if (!own || !found || found.length === 0) return [`Prometheus has no rule ${name}.`];
      if (found.length !== own.length) return [`Prometheus has ${found.length} rules ${name}; it needs ${own.length}.`];
      const [right, given] = await Promise.all([describeAll(site, own), describeAll(site, found)]);
      return right === given ? [] : [`Prometheus has another rule ${name}: its expression, \`for\` or labels differ.`];
    }),
  );
  return faults.flat();
}

/** Prometheus changes blanks and the order of words in an expression, so it formats both sides. */
async function describeAll(site: Site, rules: readonly Rule[]): Promise<string> {
  const texts = await Promise.all(
    rules.map(async ({ query, duration, labels }) => {
      const { data } = await askPrometheus(site, { path: '/api/v1/format_query', parameters: { query } }, formatted);
      return JSON.stringify([data, duration, Object.entries(labels).toSorted()]);
    }),
  );
  return texts.toSorted().join('\n');
}

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** @param duration in the notation of Prometheus, such as 1h30m */
function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)([smhd])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (secondsPerUnit[unit] ?? Number.NaN), 0);
}
