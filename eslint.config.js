import tseslint from 'typescript-eslint';

const pure = 'core is pure: time, ids, randomness and I/O arrive as arguments (ARCHITECTURE.md)';

export default tseslint.config(
  { ignores: ['node_modules/', '.baton/', '.cache/', 'dist/', 'cdk.out/', '**/fixtures/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A written default says "every other one" on purpose; where each must be handled it is assertNever.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // node:test returns promises that its runner awaits itself.
    files: ['**/*.test.ts', '**/*.contract.ts', 'tests/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    files: ['core/**/*.ts'],
    ignores: ['core/**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'fetch', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'performance'].map(
          (name) => ({ name, message: pure }),
        ),
      ],
      'no-restricted-imports': ['error', { patterns: [{ regex: '^node:(?!crypto$)', message: pure }] }],
      'no-restricted-syntax': [
        'error',
        { selector: ':function[async=true]', message: pure },
        { selector: 'AwaitExpression', message: pure },
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: pure },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: pure },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: pure,
        },
      ],
    },
  },
);
