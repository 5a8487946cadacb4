/** The HTTP API in front of the functions: every route wants a signed request. */
import { type ApplicationDesign } from '../application-design.ts';
import { block, type Block, object, quoted, resource } from './hcl.ts';

/** Nothing where no function has a route. */
export function apiBlocks(design: ApplicationDesign): readonly Block[] {
  const fronts = design.services.filter(
    ({ runtime, endpoints }) => runtime === 'function' && endpoints.length > 0,
  );
  if (fronts.length === 0) return [];
  const routes = fronts.flatMap(({ name, endpoints }) =>
    endpoints.map(({ method, path }) => [quoted(`${method} ${path}`), `"${name}"`] as const),
  );
  return [
    block(
      'locals',
      ['routes', object(routes)],
      [
        'fronts',
        '{ for name in distinct(values(local.routes)) : name => aws_lambda_function.service[name] }',
      ],
    ),
    ...api,
  ];
}

const api: readonly Block[] = [
  resource('aws_apigatewayv2_api', 'main', ['name', 'var.name'], ['protocol_type', '"HTTP"']),
  resource(
    'aws_apigatewayv2_stage',
    'main',
    ['api_id', 'aws_apigatewayv2_api.main.id'],
    ['name', '"$default"'],
    ['auto_deploy', 'true'],
  ),
  resource(
    'aws_apigatewayv2_integration',
    'front',
    ['for_each', 'local.fronts'],
    ['api_id', 'aws_apigatewayv2_api.main.id'],
    ['integration_type', '"AWS_PROXY"'],
    ['integration_uri', 'each.value.invoke_arn'],
    ['payload_format_version', '"2.0"'],
  ),
  resource(
    'aws_apigatewayv2_route',
    'front',
    ['for_each', 'local.routes'],
    ['api_id', 'aws_apigatewayv2_api.main.id'],
    ['route_key', 'each.key'],
    ['authorization_type', '"AWS_IAM"'],
    ['target', '"integrations/${aws_apigatewayv2_integration.front[each.value].id}"'],
  ),
  resource(
    'aws_lambda_permission',
    'front',
    ['for_each', 'local.fronts'],
    ['action', '"lambda:InvokeFunction"'],
    ['function_name', 'each.value.function_name'],
    ['principal', '"apigateway.amazonaws.com"'],
    ['source_arn', '"${aws_apigatewayv2_api.main.execution_arn}/*/*"'],
  ),
];
