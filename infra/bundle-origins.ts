/**
 * Why a byte is in the orchestrator's bundle: every origin of its metafile, and what it is there for. A package that
 * comes in by itself has no line here, and a test says so.
 */
import { type BundleSize } from './bundles.ts';

export type Share = 'drivers' | 'own' | 'packages';

interface Reason {
  readonly share: Share;
  readonly why: string;
}

const own = (why: string): Reason => ({ share: 'own', why });
const driver = (why: string): Reason => ({ share: 'drivers', why });
const packaged = (why: string): Reason => ({ share: 'packages', why });
const iam = packaged('signs the token of Amazon MSK; read only where BATON_KAFKA_SECURITY is msk-iam');

export const reasons: Readonly<Record<string, Reason>> = {
  mongodb: driver('the driver, without encryption of fields, GridFS, change streams, AWS and OIDC logins'),
  bson: driver("MongoDB's encoding"),
  'mongodb-connection-string-url': driver("MongoDB's addresses"),
  '@mongodb-js/saslprep': driver('passwords of SCRAM logins'),
  'memory-pager': driver('tables of saslprep'),
  'sparse-bitfield': driver('tables of saslprep'),
  'whatwg-url': driver("a stand-in: Node's own URL"),
  kafkajs: driver('the client, with every version of the protocol that it may meet'),
  core: own('decisions, language, codec'),
  adapters: own('Kafka, MongoDB, settings, logs, and what wraps them in spans'),
  functions: own('the handler'),
  agents: own('the manifests'),
  ajv: packaged(
    'inputs and results are held to JSON Schemas that workflows and agents bring along: compiled at run time',
  ),
  'fast-uri': packaged('a stand-in, which ajv looks for: `core/workflow/schema-address.ts` has its place'),
  'json-schema-traverse': packaged('ajv'),
  'fast-deep-equal': packaged('ajv'),
  'ajv-formats': packaged("cloudevents: formats of an event's attributes"),
  cloudevents: packaged('the schema that every event is held to'),
  '@marcbachmann/cel-js': packaged('expressions of workflows'),
  semver: packaged('which version of a workflow a range means'),
  'fastest-levenshtein': packaged('the nearest name, in errors'),
  'aws-msk-iam-sasl-signer-js': iam,
  '@smithy/signature-v4': iam,
  '@smithy/types': iam,
  '@smithy/core': iam,
  '@smithy/util-utf8': iam,
  '@smithy/util-hex-encoding': iam,
  '@smithy/util-buffer-from': iam,
  '@smithy/util-middleware': iam,
  '@smithy/util-uri-escape': iam,
  '@smithy/is-array-buffer': iam,
  '@aws-crypto/sha256-js': packaged("a stand-in: Node's own SHA-256"),
  '@aws-sdk/core': iam,
  '@aws-sdk/util-format-url': iam,
  '@aws-sdk/client-sts': iam,
};

/** Bytes by share. What has no reason counts as a package. */
export const sharesOf = ({ origins }: Pick<BundleSize, 'origins'>): Readonly<Record<Share, number>> => {
  const shares = { drivers: 0, own: 0, packages: 0 };
  for (const [origin, bytes] of origins) shares[reasons[origin]?.share ?? 'packages'] += bytes;
  return shares;
};
