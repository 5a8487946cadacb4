/** What terraform-generator takes, asks its model and gives back. */
import * as z from 'zod';
import { type ApplicationDesign, applicationDesign } from '../application-design.ts';

export const input = z.strictObject({ design: applicationDesign });

const reason = z.string().min(1).max(400);

/** The judgement that is asked of the model. The text of the files is made from it by code, never by the model. */
export const plan = z.strictObject({
  services: z.array(
    z.strictObject({
      name: z.string(),
      memoryMb: z.union([z.literal(256), z.literal(512), z.literal(1024), z.literal(2048), z.literal(4096)]),
      timeoutSeconds: z.int().min(3).max(900).describe('one call; functions only'),
      instances: z
        .int()
        .min(1)
        .max(100)
        .describe('a function: at most so many at once; a container: so many'),
      reason,
    }),
  ),
  stores: z.array(
    z.strictObject({
      name: z.string(),
      size: z.enum(['small', 'medium', 'large']),
      backupDays: z.int().min(1).max(35),
      reason,
    }),
  ),
  brokers: z.enum(['kafka.t3.small', 'kafka.m7g.large', 'kafka.m7g.xlarge']),
  notes: z
    .array(z.string().min(1).max(400))
    .max(12)
    .describe('what whoever applies this has to know or decide'),
});
export type Plan = z.infer<typeof plan>;

export const output = z.strictObject({
  /** File name → HCL. */
  files: z.record(z.string().regex(/^[a-z][a-z-]*\.tf$/), z.string()),
  resources: z.array(
    z.strictObject({
      kind: z.enum(['service', 'store', 'event']),
      element: z.string(),
      /** `type.name`, as `terraform state list` shows it. */
      address: z.string(),
    }),
  ),
  notes: z.array(z.string()),
});
export type Terraform = z.infer<typeof output>;

/** Every service and store of the design is planned exactly once, and nothing else is. */
export function planProblems(design: ApplicationDesign, planned: Plan): readonly string[] {
  return [
    ...coverage('service', design.services, planned.services),
    ...coverage('store', design.stores, planned.stores),
  ];
}

type Named = readonly { readonly name: string }[];

function coverage(kind: string, declared: Named, planned: Named): readonly string[] {
  const count = (name: string) => planned.filter((each) => each.name === name).length;
  return [
    ...declared
      .filter(({ name }) => count(name) !== 1)
      .map(({ name }) => `${kind} '${name}' is planned ${count(name)} times: expected exactly once`),
    ...planned
      .filter(({ name }) => !declared.some((each) => each.name === name))
      .map(({ name }) => `${kind} '${name}' is not in the design: remove it`),
  ];
}
