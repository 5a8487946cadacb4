/** The whole system as stacks, and the checks that hold it together; `app.ts` runs it, tests do too. */
import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type AgentManifest } from '#core/agent/contract.ts';
import { type Bundle } from './bundles.ts';
import { operatorEntry, operatorSpec } from './constructs/operator.ts';
import { setupEntry } from './constructs/store-setup.ts';
import { addChecks } from './checks/check-system.ts';
import { type Profile } from './profiles.ts';
import { DataStack } from './stacks/data.ts';
import { MessagingStack, selfManaged } from './stacks/messaging.ts';
import { NetworkStack } from './stacks/network.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { OrchestrationStack } from './stacks/orchestration.ts';
import { storeUsersOf } from './store-users.ts';
import { type Topology } from './topology.ts';

export interface SystemProps {
  readonly profile: Profile;
  readonly topology: Topology;
  /** By entry: all of `bundleEntries`. */
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly manifests: readonly AgentManifest[];
}

const kafkaAdminEntry = 'functions/kafka-admin/index.ts';

/** What has to be built: each function's module, and what deployment itself runs. */
export const bundleEntries = (topology: Topology): readonly string[] => [
  ...new Set([...topology.functions.map(({ entry }) => entry), kafkaAdminEntry, setupEntry, operatorEntry]),
];

export interface System {
  readonly network: NetworkStack;
  readonly data: DataStack;
  /** Absent where Kafka is elsewhere: there is nothing to make. */
  readonly messaging: MessagingStack | undefined;
  readonly orchestration: OrchestrationStack;
  readonly observability: ObservabilityStack;
}

export function buildSystem(app: App, props: SystemProps): System {
  const { profile, bundles } = props;
  const kafkaAdmin = bundles.get(kafkaAdminEntry);
  if (kafkaAdmin === undefined)
    throw new Error(
      `a bundle is missing: got ${[...bundles.keys()].join(', ')}, expected ${kafkaAdminEntry} among them. Build bundleEntries(topology).`,
    );
  const name = (part: string): string => `baton-${profile.name}-${part}`;
  const description = (part: string): string => `Baton (${profile.name}): ${part}`;
  const network = new NetworkStack(app, name('network'), { ...props, description: description('network') });
  const storeUsers = storeUsersOf([...props.topology.functions, operatorSpec]);
  const data = new DataStack(app, name('data'), {
    ...props,
    network,
    storeUsers: storeUsers.keys(),
    description: description('database and secrets'),
    terminationProtection: profile.keepsData,
  });
  const { kafka } = profile;
  const messaging =
    kafka.type === 'self-managed'
      ? { stack: undefined, source: selfManaged(kafka, { ...props, network }) }
      : madeHere(
          new MessagingStack(app, name('messaging'), {
            ...props,
            kafka,
            network,
            kafkaAdmin,
            description: description('Kafka cluster and topics'),
            terminationProtection: profile.keepsData,
          }),
        );
  const orchestration = new OrchestrationStack(app, name('orchestration'), {
    ...props,
    network,
    data,
    kafka: messaging.source,
    storeUsers,
    description: description('functions and mappings'),
  });
  const observability = new ObservabilityStack(app, name('observability'), {
    profile,
    functions: props.topology.functions,
    clusterName: messaging.stack?.clusterName,
    database: data.cluster,
    description: description('alarms and dashboard'),
  });
  // It knows them by name alone (AL2); log groups come before what counts their lines.
  observability.addStackDependency(orchestration);
  // A dashboard takes no tags, cfn-lint says.
  Tags.of(app).add('baton', profile.name, { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] });
  addChecks(app, props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { network, data, messaging: messaging.stack, orchestration, observability };
}

const madeHere = (stack: MessagingStack) => ({ stack, source: stack.source });
