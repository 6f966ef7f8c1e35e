package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster/report"
)

var shells = []struct {
	name     string
	generate func(root *cobra.Command, w io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", (*cobra.Command).GenZshCompletion},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
	{"powershell", (*cobra.Command).GenPowerShellCompletionWithDesc},
}

func newCompletionCommand() *cobra.Command {
	var names []string
	for _, s := range shells {
		names = append(names, s.name)
	}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print completions for a shell: " + report.List(names, "or") + ".",
		Long: "Print completions for a shell: " + report.List(names, "or") + ".\n\n" +
			"Packages and make install put completions where shells find them. bash needs the package\n" +
			"bash-completion; zsh needs the folder in fpath before compinit is called.",
		Example: "  # for bash, from the next shell on\n" +
			"  mkdir -p ~/.local/share/bash-completion/completions\n" +
			"  pixtrend completion bash >~/.local/share/bash-completion/completions/pixtrend\n" +
			"  # for zsh, with fpath=(~/.zfunc $fpath) in ~/.zshrc\n" +
			"  mkdir -p ~/.zfunc && pixtrend completion zsh >~/.zfunc/_pixtrend\n" +
			"  # for fish\n" +
			"  mkdir -p ~/.config/fish/completions\n" +
			"  pixtrend completion fish >~/.config/fish/completions/pixtrend.fish",
		ValidArgs: names,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(names, args[0]) {
				return usagef("name a shell: %s", report.List(names, "or"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var b strings.Builder
			if err := shells[slices.Index(names, args[0])].generate(cmd.Root(), &b); err != nil {
				return err
			}
			return print(cmd.OutOrStdout(), b.String())
		},
	}
}

// complete sets the values of a flag that shells offer.
func complete(cmd *cobra.Command, flag string, values ...string) {
	completeBy(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// completeList sets the values that shells offer for a flag that takes a list with commas: those
// that are not in the list yet. A value may be followed by a tab and a description.
func completeList(cmd *cobra.Command, flag string, values ...string) {
	completeBy(cmd, flag, func(_ *cobra.Command, _ []string, typed string) (words []cobra.Completion, _ cobra.ShellCompDirective) {
		given := strings.Split(typed, ",")
		given = given[:len(given)-1]
		for _, v := range values {
			if name, _, _ := strings.Cut(v, "\t"); !slices.Contains(given, name) {
				words = append(words, strings.Join(append(slices.Clone(given), v), ","))
			}
		}
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
}

func completeBy(cmd *cobra.Command, flag string, values cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, values); err != nil {
		panic(err) // no such flag
	}
}

// completeCreation offers the most frequent creation options.
func completeCreation(cmd *cobra.Command) {
	complete(cmd, "co", "COMPRESS=DEFLATE", "COMPRESS=ZSTD", "COMPRESS=LZW", "PREDICTOR=2", "PREDICTOR=3", "BIGTIFF=YES")
}

// fileWords are the names in the help of values that are files, or may be.
var fileWords = []string{"FILE", "GRID", "MASKS", "NUMBERS"}

// completeOthers decides for all other flags, by the names of their values in the help, whether
// shells offer files, folders or nothing.
func completeOthers(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		word, _ := pflag.UnquoteUsage(f)
		if _, done := cmd.GetFlagCompletionFunc(f.Name); done || word == "" || slices.Contains(fileWords, word) {
			return
		}
		if word == "DIR" {
			completeBy(cmd, f.Name, folders)
			return
		}
		completeBy(cmd, f.Name, cobra.NoFileCompletions)
	})
	for _, sub := range cmd.Commands() {
		completeOthers(sub)
	}
}

// oneFolder completes the only argument of a command, a folder.
func oneFolder(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func folders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}
