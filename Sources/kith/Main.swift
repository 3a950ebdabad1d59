import ArgumentParser
import CMemory
import Foundation

/// The executable: reads the arguments, runs one command, and ends with the exit code that the contract names.
@main enum Main {
  static func main() async {
    // A reader that has seen enough (`kith people | head`) is no crash.
    signal(SIGPIPE, SIG_IGN)
    kith_settle_memory()
    do {
      var command = try Kith.parseAsRoot(Arguments.ordered(Array(CommandLine.arguments.dropFirst())))
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      try Console.flush()
    } catch {
      Ending.of(error).end()
    }
  }
}

/// All commands; what each does stands in its own file.
struct Kith: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kith",
    abstract: "Reads what you allowed it to read, works out who knows whom, and keeps your own CRM in step.",
    discussion: "Exit codes: 0 done · 1 trouble · 2 usage · 3 refused · 4 done but incomplete.",
    subcommands: [
      PolicyCommand.self, AccountCommand.self, MemberCommand.self, GrantCommand.self, AnalysisCommand.self,
      SendersCommand.self,
      SourceCommand.self,
      ImportCommand.self, DestinationCommand.self, SyncCommand.self, StatusCommand.self, PeopleCommand.self,
      PersonCommand.self, SuggestCommand.self, MergeCommand.self, UnmergeCommand.self, UndoCommand.self,
      JournalCommand.self, ConflictsCommand.self, ShareCommand.self, LedgerCommand.self, ExportCommand.self,
      RestoreCommand.self, DigestCommand.self, EraseCommand.self, RestrictCommand.self, EditCommand.self,
      SearchCommand.self, TaskCommand.self, TodayCommand.self, BucketCommand.self, SnoozeCommand.self,
      DismissCommand.self, MuteCommand.self, IntervalCommand.self, ArchiveCommand.self, DeleteCommand.self,
      NoteCommand.self, LogCommand.self, OperatorCommand.self,
      DoctorCommand.self, ServeCommand.self, WorkCommand.self, DemoCommand.self, KeyCommand.self, LabCommand.self,
    ])
}
