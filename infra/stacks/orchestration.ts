/** The functions of the topology, the timer's clock, and who may call whom. */
import * as cdk from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { type Construct } from 'constructs';
import { type Bundle } from '../bundles.ts';
import { BatonFunction } from '../constructs/baton-function.ts';
import { LoginRotation } from '../constructs/login-rotation.ts';
import { operatorEntry, operatorSpec } from '../constructs/operator.ts';
import { setupEntry, StoreSetup, workflowFiles } from '../constructs/store-setup.ts';
import { describeStatement, type KafkaSource } from '../kafka-source.ts';
import { type Profile } from '../profiles.ts';
import { type FunctionSpec, type StoreAccess, type Topology } from '../topology.ts';
import { type DataStack } from './data.ts';
import { type NetworkStack } from './network.ts';

export interface OrchestrationProps extends cdk.StackProps {
  readonly profile: Profile;
  readonly topology: Topology;
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly network: NetworkStack;
  readonly data: DataStack;
  readonly kafka: KafkaSource;
  /** Users of the database, and what each may do in it. */
  readonly storeUsers: ReadonlyMap<string, StoreAccess>;
}

const day = 24 * 60 * 60 * 1000;

export class OrchestrationStack extends cdk.Stack {
  readonly functions: readonly BatonFunction[];

  constructor(scope: Construct, id: string, props: OrchestrationProps) {
    super(scope, id, props);
    this.functions = props.topology.functions.map((spec) => this.add(spec, props));
    // Before anything is started: the first request must find its workflow.
    const setup = new StoreSetup(this, 'Setup', {
      ...props,
      bundle: bundleOf(props, setupEntry),
      storeRetentionDays: retentionDays(props),
      workflows: workflowFiles(),
    });
    for (const [user, login] of props.data.databaseLogins) {
      const master = props.data.databaseSecret;
      const rotation = new LoginRotation(this, `Login-${user}`, { ...props, login, master });
      rotation.node.addDependency(setup.resource);
    }
    this.addOperator(props);
    for (const { mappings } of this.functions)
      for (const mapping of mappings) mapping.node.addDependency(setup.resource);
    for (const host of this.functions) this.connect(host);
    for (const { spec, function: target } of this.functions) {
      if (!spec.scheduled) continue;
      const rule = new events.Rule(this, `Every-minute-${spec.name}`, {
        description: `Starts ${spec.name}, which loops until the next minute`,
        schedule: events.Schedule.rate(cdk.Duration.minutes(1)),
        // A minute that was missed is over: the next one does its work.
        targets: [
          new targets.LambdaFunction(target, { retryAttempts: 0, maxEventAge: cdk.Duration.minutes(1) }),
        ],
      });
      rule.node.addDependency(setup.resource); // its user in the database is made there
    }
  }

  /** It tells which topics there are (`doctor --aws`, where MSK's own API does not), and reads none. */
  private addOperator(props: OrchestrationProps): void {
    const { function: operator } = new BatonFunction(this, 'operator', {
      ...props,
      spec: operatorSpec,
      bundle: bundleOf(props, operatorEntry),
      storeRetentionDays: retentionDays(props),
    });
    const { kafka, topology } = props;
    const names = topology.topics.map(({ name }) => name);
    if (kafka.clusterArn !== undefined) operator.addToRolePolicy(describeStatement(kafka.clusterArn, names));
  }

  private add(spec: FunctionSpec, props: OrchestrationProps): BatonFunction {
    const storeRetentionDays = retentionDays(props);
    return new BatonFunction(this, spec.name, {
      ...props,
      spec,
      bundle: bundleOf(props, spec.entry),
      storeRetentionDays,
    });
  }

  /** The bridge to an agent that runs here is told its address, and may call it; nobody else may. */
  private connect(host: BatonFunction): void {
    if (host.url === undefined) return;
    for (const bridge of this.functions) {
      if (bridge.spec.kind !== 'http-bridge' || !sameAgents(bridge.spec, host.spec)) continue;
      host.url.grantInvokeUrl(bridge.function);
      const addresses = host.spec.agents.map((agent) => `${agent}=${host.url?.url ?? ''}`);
      bridge.function.addEnvironment('BATON_ENDPOINTS', addresses.join(','));
    }
  }
}

const retentionDays = ({ topology }: OrchestrationProps): number =>
  Math.round(topology.storeRetentionMs / day);

function bundleOf({ bundles }: OrchestrationProps, entry: string): Bundle {
  const bundle = bundles.get(entry);
  if (bundle !== undefined) return bundle;
  throw new Error(
    `a function has no bundle: got ${[...bundles.keys()].join(', ')}, expected ${entry} among them. Build it in infra/app.ts.`,
  );
}

const sameAgents = (a: FunctionSpec, b: FunctionSpec): boolean => a.agents.join() === b.agents.join();
