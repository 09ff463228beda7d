import { countJobs } from '../events/count-jobs.ts';
import type { Measurement } from './measurements.ts';

/** The queues of a subgraph. */
export function measureJobs(subgraph: string): Measurement {
  return {
    name: 'jobs',
    everyMs: 15_000,
    metrics: {
      subgraph_jobs: {
        help: 'Events in a queue (events, or dead: all retries have failed) by state: waiting, retrying (also counted as waiting or deferred), deferred, active',
        labels: ['queue', 'state'],
      },
      subgraph_jobs_oldest_age_seconds: {
        help: 'Seconds since the oldest waiting event of a queue was due; 0 if none waits',
        labels: ['queue'],
      },
    },
    async read(em) {
      const all = await countJobs(em, subgraph);
      return all.flatMap(({ queue, ageSeconds, ...counts }) => [
        ...Object.entries(counts).map(([state, value]) => ({
          metric: 'subgraph_jobs',
          labels: { queue, state },
          value,
        })),
        { metric: 'subgraph_jobs_oldest_age_seconds', labels: { queue }, value: ageSeconds },
      ]);
    },
  };
}
