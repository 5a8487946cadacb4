/** `completion <shell>`: a script for the shell that asks `baton complete` what may come next. */
import { nearest } from '#core/workflow/nearest.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { typed, usageError } from '../problem.ts';

export async function completionCommand({ output }: Context, shell: string): Promise<ExitCode> {
  const found = Object.entries(shells).find(([name]) => name === shell);
  if (found === undefined) {
    const near = nearest(shell, Object.keys(shells));
    throw usageError('USAGE', `there is no completion for the shell ${typed(shell)}`, {
      expected: 'bash, zsh or fish',
      hint: near === undefined ? 'for example ./baton completion bash' : `did you mean '${near}'?`,
    });
  }
  const [name, { script, use }] = found;
  output.data(script.trim());
  output.note(`To use it in ${name}: ${use}`);
  return exitCodes.ok;
}

/*
 * `complete` prints a candidate per line, its description behind a tab, and `:files` where a file may stand.
 * The program is called as it was typed, so that ./baton of one folder is not completed by another one's.
 */
const bash = `
# Completion of baton for bash. It knows ./baton as well.
_baton() {
  local IFS=$'\\n' files= candidate
  COMPREPLY=()
  while read -r candidate; do
    if [ "$candidate" = ":files" ]; then files=yes; else COMPREPLY+=("\${candidate%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -F _baton baton
`;

const zsh = `
#compdef baton
# Completion of baton for zsh. It knows ./baton as well.
_baton() {
  local line files
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then files=yes; continue; fi
    if [[ $line == *$'\\t'* ]]; then candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else candidates+=("\${line//:/\\\\:}"); fi
  done < <("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe 'baton' candidates
  [[ -n $files ]] && _files
  return 0
}
compdef _baton baton
`;

const fish = `
# Completion of baton for fish. It knows ./baton as well.
function __baton_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l candidates ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
  for candidate in $candidates
    if test "$candidate" = ":files"
      __fish_complete_path "$current"
    else
      echo $candidate
    end
  end
end
complete -c baton -f -a '(__baton_complete)'
`;

const shells: Readonly<Record<string, { readonly script: string; readonly use: string }>> = {
  bash: { script: bash, use: 'source <(./baton completion bash)' },
  zsh: { script: zsh, use: 'source <(./baton completion zsh)' },
  fish: { script: fish, use: './baton completion fish | source' },
};
