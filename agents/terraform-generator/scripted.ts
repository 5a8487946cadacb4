/** The scripted plan: sizes that follow from the design by fixed rules. */
import { type ApplicationDesign } from '../application-design.ts';
import { type Plan } from './contract.ts';

export function scriptedPlan(design: ApplicationDesign): Plan {
  return {
    services: design.services.map(({ name, runtime, endpoints }) => {
      const consumed = design.events.filter(({ consumers }) => consumers.includes(name)).length;
      const busy = consumed > 3 || endpoints.length > 4;
      return {
        name,
        memoryMb: busy ? 1024 : 512,
        timeoutSeconds: consumed > 0 ? 60 : 15,
        instances: runtime === 'container' ? 2 : busy ? 50 : 20,
        reason: `It takes ${consumed} kinds of events and offers ${endpoints.length} endpoints.`,
      };
    }),
    stores: design.stores.map(({ name, kind }) => ({
      name,
      size: kind === 'search' ? 'medium' : 'small',
      backupDays: kind === 'relational' ? 14 : 7,
      reason:
        kind === 'search'
          ? 'An index needs memory; it can be built again.'
          : 'Start small; measure before growing.',
    })),
    brokers: design.events.length > 12 ? 'kafka.m7g.xlarge' : 'kafka.m7g.large',
    notes: ['Sizes follow fixed rules, without a language model: measure and correct them.'],
  };
}
