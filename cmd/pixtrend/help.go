package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const (
	groupKey  = "group" // annotation of a flag: the heading that it stands under
	helpWidth = 100
	helpLeft  = 24 // columns of the names of commands and flags
)

// group defines flags of cmd that the help lists under one heading.
func group(cmd *cobra.Command, heading string, define func(flags *pflag.FlagSet)) {
	flags := pflag.NewFlagSet(heading, pflag.ContinueOnError)
	flags.SortFlags = false
	define(flags)
	flags.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{groupKey: {heading}} })
	cmd.Flags().SortFlags = false
	cmd.Flags().AddFlagSet(flags)
}

// printHelp writes the help of a command: what it does, examples, then its options by heading.
func printHelp(cmd *cobra.Command) {
	var b strings.Builder
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	usage := cmd.CommandPath()
	if _, args, found := strings.Cut(cmd.Use, " "); found {
		usage += " " + args
	}
	fmt.Fprintf(&b, "%s\n\nUsage:\n  %s [options]\n", strings.TrimSpace(text), strings.TrimSuffix(usage, " [flags]"))
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nCommands:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				helpRow(&b, "  "+sub.Name(), sub.Short)
			}
		}
	}
	var headings []string
	byHeading := map[string][]*pflag.Flag{}
	collect := func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		heading := "Options"
		if a := f.Annotations[groupKey]; len(a) > 0 {
			heading = a[0]
		}
		if byHeading[heading] == nil {
			headings = append(headings, heading)
		}
		byHeading[heading] = append(byHeading[heading], f)
	}
	cmd.Flags().VisitAll(collect)
	for _, heading := range headings {
		fmt.Fprintf(&b, "\n%s:\n", heading)
		for _, f := range byHeading[heading] {
			name, usage := pflag.UnquoteUsage(f)
			short := "    "
			if f.Shorthand != "" {
				short = "-" + f.Shorthand + ", "
			}
			helpRow(&b, strings.TrimRight("  "+short+"--"+f.Name+" "+name, " "), usage)
		}
	}
	_ = print(cmd.OutOrStdout(), b.String())
}

// helpRow writes a name and its explanation, which goes on below itself.
func helpRow(w io.Writer, name, text string) {
	line := fmt.Sprintf("%-*s", helpLeft, name)
	if len(name) >= helpLeft {
		line = name + "  "
	}
	start := len(line)
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > helpWidth {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", helpLeft)
			start = len(line)
		}
		if len(line) > start {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, line)
}

// newHelpCommand is `pixtrend help COMMAND`, the same as `pixtrend COMMAND --help`.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help COMMAND",
		Short: "Print the help of a command.",
		RunE: func(help *cobra.Command, args []string) error {
			cmd, rest, err := help.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(help, args)
			}
			return cmd.Help()
		},
	}
}
