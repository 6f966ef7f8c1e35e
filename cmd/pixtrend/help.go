package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/pixtrend/pixtrend/docs"
	"github.com/pixtrend/pixtrend/internal/manual"
	"github.com/pixtrend/pixtrend/raster/report"
)

const (
	groupKey  = "group" // annotation of a flag: its heading in the help
	helpWidth = 100     // columns, at most
	helpLeft  = 24      // columns for names of commands and flags
)

// group defines flags of cmd under a heading of the help.
func group(cmd *cobra.Command, heading string, define func(flags *pflag.FlagSet)) {
	flags := pflag.NewFlagSet(heading, pflag.ContinueOnError)
	flags.SortFlags = false
	define(flags)
	flags.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{groupKey: {heading}} })
	cmd.Flags().SortFlags = false
	cmd.Flags().AddFlagSet(flags)
}

// flagGroup is the flags under one heading.
type flagGroup struct {
	heading string
	flags   []*pflag.Flag
}

// flagGroups returns the flags of cmd by heading, including those that all commands have.
func flagGroups(cmd *cobra.Command) []flagGroup {
	cmd.InheritedFlags() // adds them to the flags of cmd
	var groups []flagGroup
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		heading := "Options"
		if a := f.Annotations[groupKey]; len(a) > 0 {
			heading = a[0]
		}
		i := slices.IndexFunc(groups, func(g flagGroup) bool { return g.heading == heading })
		if i < 0 {
			i, groups = len(groups), append(groups, flagGroup{heading: heading})
		}
		groups[i].flags = append(groups[i].flags, f)
	})
	return groups
}

// usage returns a command as it is typed, and its arguments.
func usage(cmd *cobra.Command) (path, rest string) {
	_, args, _ := strings.Cut(cmd.Use, " ")
	return cmd.CommandPath(), strings.TrimSpace(args + " [options]")
}

// about returns the description of a command.
func about(cmd *cobra.Command) string {
	if cmd.Long != "" {
		return cmd.Long
	}
	return cmd.Short
}

// topics returns the names of the pages of the docs. Pages about one command are part of its help
// and not among them.
func topics(root *cobra.Command) []string {
	return slices.DeleteFunc(docs.Topics(), func(topic string) bool {
		return slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == topic })
	})
}

// topicAliases are other names of pages.
var topicAliases = map[string]string{"fields": "semantics", "stats": "semantics", "masks": "gaps", "theil-sen": "ranks", "mann-kendall": "ranks"}

// printHelp writes the help of a command: its description, examples, and options by heading.
func printHelp(cmd *cobra.Command) {
	width := widthOf(cmd.OutOrStdout())
	var b strings.Builder
	path, rest := usage(cmd)
	fmt.Fprintf(&b, "%s\nUsage:\n  %s %s\n", manual.Fill(about(cmd), width), path, rest)
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", strings.TrimRight(cmd.Example, "\n"))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nCommands:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				manual.Hang(&b, "  "+sub.Name(), sub.Short, helpLeft, width)
			}
		}
	}
	if !cmd.HasParent() {
		fmt.Fprintf(&b, "\nTopics, as in pixtrend help dates:\n")
		for _, topic := range topics(cmd) {
			source, _ := docs.Page(topic)
			_, sentence := manual.Title(source)
			manual.Hang(&b, "  "+topic, sentence, helpLeft, width)
		}
	}
	for _, g := range flagGroups(cmd) {
		fmt.Fprintf(&b, "\n%s:\n", g.heading)
		for _, f := range g.flags {
			word, text := pflag.UnquoteUsage(f)
			short := "    "
			if f.Shorthand != "" {
				short = "-" + f.Shorthand + ", "
			}
			manual.Hang(&b, strings.TrimRight("  "+short+"--"+f.Name+" "+word, " "), text, helpLeft, width)
		}
	}
	_ = print(cmd.OutOrStdout(), b.String())
}

// widthOf returns the width of the help: that of the terminal, but at most helpWidth.
func widthOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return min(max(width, helpLeft+20), helpWidth)
		}
	}
	return helpWidth
}

// newHelpCommand returns the command help. `pixtrend help COMMAND` prints what `pixtrend COMMAND
// --help` does, and the page of the docs about the command if there is one. `pixtrend help TOPIC`
// prints a page.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Print the help of a command, or a page on a topic.",
		Long:  "Print the help of a command, or a page on a topic such as dates.\n\nWithout an argument, list all commands and topics.",
		Example: "  # where dates come from, and how to give them\n" +
			"  pixtrend help dates\n" +
			"  # how to read the report of pixtrend info\n" +
			"  pixtrend help info\n" +
			"  # a command of a command\n" +
			"  pixtrend help bench kernel",
		ValidArgsFunction: func(help *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return helpNames(help.Root(), args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(help *cobra.Command, args []string) error {
			root := help.Root()
			name := strings.Join(args, " ")
			cmd, rest, err := root.Find(args)
			isCommand := err == nil && len(rest) == 0
			if isCommand {
				if err := cmd.Help(); err != nil {
					return err
				}
			} else if topicAliases[name] != "" {
				name = topicAliases[name]
			}
			if source, found := docs.Page(name); found {
				text := manual.Text(source, widthOf(help.OutOrStdout()), "pixtrend help")
				if isCommand {
					text = "\n" + text
				}
				return print(help.OutOrStdout(), text)
			}
			if isCommand {
				return nil
			}
			return unknownTopic(root, name)
		},
	}
}

// helpNames returns the possible next arguments of pixtrend help args.
func helpNames(root *cobra.Command, args []string) (names []cobra.Completion) {
	cmd, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 {
		return nil
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
		}
	}
	if cmd == root {
		for _, topic := range topics(root) {
			source, _ := docs.Page(topic)
			_, sentence := manual.Title(source)
			names = append(names, cobra.CompletionWithDesc(topic, sentence))
		}
	}
	return names
}

// unknownTopic returns the error about a name that is neither a command nor a topic.
func unknownTopic(root *cobra.Command, name string) error {
	commands, topics := commandNames(root), topics(root)
	if near := nearest(name, slices.Concat(commands, topics)); near != "" {
		return usageError{fmt.Errorf("there is no help about %q: did you mean %s?", name, near), root}
	}
	return usageError{fmt.Errorf("there is no help about %q: ask about a command, %s, or a topic, %s", name, report.List(commands, "or"), report.List(topics, "or")), root}
}
