package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/docs"
	"github.com/pixtrend/pixtrend/internal/manual"
	"github.com/pixtrend/pixtrend/kernel"
)

// newManCommand returns the command man, for packaging.
func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Hidden: true,
		Short:  "Write the man pages.",
		Long: "Write the man pages of all commands and topics into DIR, which is created if needed.\n\n" +
			"The pages are reproducible: their date is SOURCE_DATE_EPOCH, or none if it is not set.",
		Example: "  # into the folder man\n" +
			"  pixtrend man man\n" +
			"  # write them and list one\n" +
			"  pixtrend man man && ls man/pixtrend-fit.1\n" +
			"  # with a date\n" +
			"  SOURCE_DATE_EPOCH=1767225600 pixtrend man man",
		ValidArgsFunction: oneFolder,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usagef("man takes one folder for its pages")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			date, err := sourceDate()
			if err != nil {
				return err
			}
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return fmt.Errorf("cannot make the folder of the man pages: %w", err)
			}
			for name, text := range manPages(cmd.Root(), manual.Header{Date: date, Version: "pixtrend " + versionName()}) {
				if err := os.WriteFile(filepath.Join(args[0], name), []byte(text), 0o666); err != nil {
					return fmt.Errorf("cannot write a man page: %w", err)
				}
			}
			return nil
		},
	}
}

// sourceDate returns the date in SOURCE_DATE_EPOCH, which builders of packages set.
func sourceDate() (string, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "", usagef("SOURCE_DATE_EPOCH is %q: set it to seconds since 1970-01-01, or unset it", text)
	}
	return time.Unix(seconds, 0).UTC().Format("2006-01-02"), nil
}

// manPages returns all pages by file name.
func manPages(root *cobra.Command, h manual.Header) map[string]string {
	pages := map[string]string{}
	var add func(cmd *cobra.Command)
	add = func(cmd *cobra.Command) {
		pages[manName(cmd)+".1"] = commandPage(cmd, h)
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() && sub.Name() != "help" {
				add(sub)
			}
		}
	}
	add(root)
	for _, topic := range topics(root) {
		pages["pixtrend-"+topic+".7"] = topicPage(root, topic, h)
	}
	return pages
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// commandPage returns the man page of a command: its help, and its page of the docs.
func commandPage(cmd *cobra.Command, h manual.Header) string {
	root := cmd.Root()
	p := manual.NewPage(manName(cmd), 1, summary(cmd.Short), h)
	p.Section("SYNOPSIS")
	p.Synopsis(usage(cmd))
	p.Section("DESCRIPTION")
	p.Text(about(cmd))
	if cmd.Example != "" {
		p.Section("EXAMPLES")
		p.Code(cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		p.Section("COMMANDS")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				p.Item(sub.Name(), "", sub.Short)
			}
		}
	}
	p.Section("OPTIONS")
	groups := flagGroups(cmd)
	for _, g := range groups {
		if len(groups) > 1 {
			p.Subsection(g.heading)
		}
		for _, f := range g.flags {
			word, text := pflag.UnquoteUsage(f)
			p.Item(dashed(f), word, text)
		}
	}
	source, found := docs.Page(cmd.Name())
	found = found && cmd.Parent() == root
	if found {
		p.Section("NOTES")
		p.Markdown(source, true, func(topic string) string { return reference(root, topic) })
	}
	if cmd == root {
		p.Section("ENVIRONMENT")
		p.Item(kernel.EnvISA, "", "selects a kernel: generic, avx2, avx512 or neon. The default is the fastest one of the processor.")
		p.Item("GDAL_HTTP_MAX_RETRY, GDAL_HTTP_RETRY_DELAY, AWS_PROFILE", "and other options of GDAL", "are respected: see pixtrend help remote.")
	}
	p.Section("EXIT STATUS")
	codes := "0 done, 1 failed, 2 wrong usage, 128 and the number of a signal that ended the run: 130 after Ctrl-C."
	if strings.HasPrefix(cmd.CommandPath(), root.Name()+" job") {
		codes += " 3 parts are missing, 75 try again."
	}
	p.Text(codes)
	p.SeeAlso(slices.DeleteFunc(references(root), func(name string) bool { return name == manName(cmd)+"(1)" }))
	return p.String()
}

// topicPage returns the man page of a topic.
func topicPage(root *cobra.Command, topic string, h manual.Header) string {
	source, _ := docs.Page(topic)
	_, sentence := manual.Title(source)
	p := manual.NewPage("pixtrend-"+topic, 7, summary(sentence), h)
	p.Section("DESCRIPTION")
	p.Markdown(source, false, func(topic string) string { return reference(root, topic) })
	p.SeeAlso(slices.DeleteFunc(references(root), func(name string) bool { return name == "pixtrend-"+topic+"(7)" }))
	return p.String()
}

// reference returns the name of the man page for a page of the docs.
func reference(root *cobra.Command, topic string) string {
	if slices.Contains(topics(root), topic) {
		return "pixtrend-" + topic + "(7)"
	}
	if slices.Contains(commandNames(root), topic) {
		return "pixtrend-" + topic + "(1)"
	}
	return "docs/" + topic + ".md"
}

// references returns the names of the pages of the main commands and of all topics.
func references(root *cobra.Command) []string {
	names := []string{"pixtrend(1)"}
	for _, name := range commandNames(root) {
		if name != "help" {
			names = append(names, "pixtrend-"+name+"(1)")
		}
	}
	for _, topic := range topics(root) {
		names = append(names, "pixtrend-"+topic+"(7)")
	}
	return names
}

// summary formats a sentence for the line with the name of a page.
func summary(sentence string) string {
	r := []rune(strings.TrimSuffix(sentence, "."))
	if len(r) > 1 && !unicode.IsUpper(r[1]) {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}
