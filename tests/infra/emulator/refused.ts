/**
 * What moto 5.2.5 does not make of our templates, and what each is held to instead. The test compares: a type that is
 * refused newly fails, and one that has become known.
 */

const lint = 'cfn-lint: type and properties';
const system = `${lint}; infra/system.test.ts`;

/** Types it has never heard of: it passes over them in silence. */
export const unknown: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': `${system}: metric, threshold, runbook`,
  'AWS::DocDB::DBCluster': system,
  'AWS::DocDB::DBClusterParameterGroup': lint,
  'AWS::DocDB::DBInstance': `${lint}; the check at synth that a cluster has one`,
  'AWS::DocDB::DBSubnetGroup': lint,
  'AWS::EC2::SecurityGroupEgress': lint,
  'AWS::Lambda::EventInvokeConfig': `${lint}; infra/constructs/baton-function.test.ts`,
  'AWS::Lambda::Url': `${system}: who may call it`,
  'AWS::Logs::MetricFilter': `${system}: the log lines it counts`,
  'AWS::MSK::Cluster': system,
  'AWS::MSK::Configuration': lint,
  'AWS::MSK::Topic': `${system}: name and settings`,
  'AWS::SecretsManager::ResourcePolicy': lint,
  'AWS::SecretsManager::RotationSchedule': system,
  'AWS::SecretsManager::Secret': `${system}: who reads it`,
  'AWS::SecretsManager::SecretTargetAttachment': lint,
  // The function that rotates passwords, which AWS publishes as an application of its own.
  'AWS::Serverless::Application': lint,
};

/** Types it knows, and cannot serve here. */
export const unserved: Readonly<Record<string, string>> = {
  // Its mappings read SQS, Kinesis and DynamoDB.
  'AWS::Lambda::EventSourceMapping': `${system}; the checks at synth; tests/esm for what the settings mean`,
  // Their functions would run in containers.
  'Custom::BatonStore': 'functions/setup: its handler against a store',
  'Custom::KafkaBrokers': 'functions/kafka-admin: its handler against recorded answers',
};
