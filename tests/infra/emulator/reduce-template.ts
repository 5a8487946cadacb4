/**
 * A template without the resources of some types: what refers to them gets a text of the same form. So an emulator
 * that knows some types shows at least what it makes of the others' surroundings.
 */

export interface Resource {
  readonly Type: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly [section: string]: unknown;
}

export function reduceTemplate(template: Template, without: ReadonlySet<string>): Template {
  const entries = Object.entries(template.Resources);
  const gone = new Set(entries.filter(([, { Type }]) => without.has(Type)).map(([id]) => id));
  const kept = entries
    .filter(([id]) => !gone.has(id))
    .map(([id, { DependsOn, ...resource }]): [string, Resource] => {
      const dependsOn = [DependsOn ?? []].flat().filter((name) => !gone.has(name));
      return [id, dependsOn.length === 0 ? resource : { ...resource, DependsOn: dependsOn }];
    });
  return standIn({ ...template, Resources: Object.fromEntries(kept) }, gone) as Template;
}

function standIn(value: unknown, gone: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => standIn(item, gone));
  if (typeof value !== 'object' || value === null) return value;
  const reference = referenceOf(value);
  if (reference !== undefined && gone.has(reference.id)) return placeholder(reference);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, standIn(item, gone)]));
}

interface Reference {
  readonly id: string;
  readonly attribute: string;
}

function referenceOf(value: object): Reference | undefined {
  if (Object.keys(value).length !== 1) return undefined;
  if ('Ref' in value && typeof value.Ref === 'string') return { id: value.Ref, attribute: 'Ref' };
  if (!('Fn::GetAtt' in value)) return undefined;
  const named = value['Fn::GetAtt'];
  const [id, attribute] = typeof named === 'string' ? named.split('.') : (named as readonly string[]);
  return id === undefined || attribute === undefined ? undefined : { id, attribute };
}

/** A port is a number; else in the form of a cluster's ARN: permissions on topics and groups are made of its parts. */
const placeholder = ({ id, attribute }: Reference): string =>
  attribute === 'Port' ? '27017' : `arn:aws:kafka:us-east-1:123456789012:cluster/${id}/${attribute}`;
