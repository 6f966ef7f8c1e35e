package timeaxis

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// numberedMonth matches the word month with its number, without another number before it.
var numberedMonth = whenUsed(`(?i)^(?:[^0-9]*[^0-9a-z])?mon(?:th)?` + between + `?(0?[1-9]|1[0-2])$`)

// MonthsOf returns the dates, such as 2001-01, of the bands of a file whose name has a year and no other
// part of a date, and whose descriptions name a month each, such as Jan or month_01. It returns nil if the
// name or a description is another, or if two bands are of one month.
func MonthsOf(path string, descriptions []string) []string {
	seen, months := map[time.Month]bool{}, make([]time.Month, len(descriptions))
	for i, text := range descriptions {
		month := monthAlone(text)
		if month == 0 || seen[month] {
			return nil
		}
		seen[month], months[i] = true, month
	}
	readings, err := resolve([]Input{{Name: path, Path: path}}, nameColumns)
	if err != nil || len(months) == 0 || !readings[0].Date.IsYear() {
		return nil
	}
	dates := make([]string, len(months))
	for i, month := range months {
		dates[i] = fmt.Sprintf("%04d-%02d", readings[0].Date.year, month)
	}
	return dates
}

// monthAlone returns the month that a description names in English, or by the word month and its number;
// 0 if it names none or several, or has other numbers.
func monthAlone(text string) (month time.Month) {
	if match := numberedMonth().FindStringSubmatch(text); match != nil {
		n, _ := strconv.Atoi(match[1])
		return time.Month(n)
	}
	if strings.ContainsFunc(text, unicode.IsDigit) {
		return 0
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		m := monthNamed(word)
		if m != 0 && month != 0 {
			return 0
		}
		month = max(month, m)
	}
	return month
}
