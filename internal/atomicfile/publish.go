package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// system is what is asked of the operating system, so that tests can let it fail.
type system struct {
	link, rename func(from, to string) error
	remove, sync func(path string) error
}

// osSystem asks it.
var osSystem = system{os.Link, os.Rename, os.Remove, syncFolder}

// Publish gives temporary files their names, in their order, and ends them. Files that are replaced
// keep their names until the new ones have them, and their sidecars are removed after that. On
// error, Publish undoes what it has done: either all targets are new, or all are as they were, or
// the error says which are not. It wraps fault.ErrOutput.
func Publish(temps ...*Temp) error { return osSystem.publish(temps) }

func (s system) publish(temps []*Temp) error {
	p := publication{system: s}
	failed, err := p.run(temps)
	if err != nil {
		err = fault.Outputf("cannot write %s: %v%s", failed, Reason(err), p.undo())
	}
	for _, t := range temps {
		t.Remove()
	}
	return err
}

// publication is the work of Publish.
type publication struct {
	system
	done []change
}

// change is a step that was done, and how to undo it.
type change struct {
	undo  func() error // nil if there is no way
	stays string       // what is so if it cannot be undone
}

func (p *publication) did(stays string, undo func() error) {
	p.done = append(p.done, change{undo, stays})
}

// run gives all files their names. It returns the target that it failed at.
func (p *publication) run(temps []*Temp) (failed string, err error) {
	for _, t := range temps {
		if err := p.name(t); err != nil {
			return t.target.Path, err
		}
	}
	for _, t := range temps {
		for _, name := range t.target.Sidecars {
			if err := p.nameSidecar(t, name); err != nil {
				return t.target.Path, err
			}
		}
	}
	var folders []string
	for _, t := range temps {
		folder := filepath.Dir(t.target.Path)
		if slices.Contains(folders, folder) {
			continue
		}
		if err := p.sync(folder); err != nil {
			return t.target.Path, err
		}
		folders = append(folders, folder)
	}
	return "", nil
}

// name gives a file its name. A second name keeps the file that it replaces.
func (p *publication) name(t *Temp) error {
	target := t.target.Path
	replaces, old, kept := named(target), "", false
	if t.overwrite && replaces {
		old = t.Beside(".old")
		kept = p.link(target, old) == nil // not on every file system
	}
	if err := p.replace(t.Path, target, t.overwrite); err != nil {
		return err
	}
	switch {
	case kept:
		p.did(target+" is new, and what it replaced is "+old, func() error { return p.putBack(t, old, target) })
	case replaces:
		p.did(target+" is new, and what it replaced is gone", nil)
	default:
		p.did(target+" is there, and complete", func() error { return p.remove(target) })
	}
	return nil
}

// nameSidecar gives a sidecar of a file its name, and takes the one away that had it.
func (p *publication) nameSidecar(t *Temp, name string) error {
	if named(name) {
		if !t.overwrite {
			return fmt.Errorf("%s, which would be read with it, has come while it was made", name)
		}
		old := t.Beside(".old" + filepath.Ext(name))
		if err := p.rename(name, old); err != nil {
			return err
		}
		p.did(name+" is now "+old, func() error { return p.putBack(t, old, name) })
	}
	suffix, appended := strings.CutPrefix(name, t.target.Path)
	if !appended || !named(t.Path+suffix) {
		return nil
	}
	if err := p.replace(t.Path+suffix, name, false); err != nil {
		return err
	}
	p.did(name+" is new", func() error { return p.remove(name) })
	return nil
}

// putBack gives a file that was replaced its name again. If that fails, the file stays where it is.
func (p *publication) putBack(t *Temp, old, name string) error {
	err := p.rename(old, name)
	if err != nil {
		t.names = slices.DeleteFunc(t.names, func(n string) bool { return n == old })
	}
	return err
}

// undo undoes all changes, the last first. It returns the rest of a sentence about those that it
// cannot undo, "" if there are none.
func (p *publication) undo() string {
	var standing []string
	for _, c := range slices.Backward(p.done) {
		if c.undo == nil || c.undo() != nil {
			standing = append(standing, c.stays)
		}
	}
	if len(standing) == 0 {
		return ""
	}
	slices.Reverse(standing)
	return "; " + strings.Join(standing, ", and ")
}
