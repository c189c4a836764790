/* What a console of Windows does to the programs in it, since wine has only Ctrl-C, and a test has no console:
 *
 *     console-event EVENT PID   announces an event to a process and its descendants. Like Windows, it starts a thread in
 *                               each of them, which calls the handlers. A process without a handler ends.
 *     console-event list PID    prints the descendants of a process, one a line
 *
 * The acceptance tests find it through GALLERY_CONSOLE_EVENT. It ends with 0 if there was such a process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <tlhelp32.h>

static const struct { const char *name; ULONG_PTR number; } EVENTS[] = {
    {"CTRL_C_EVENT", CTRL_C_EVENT},           {"CTRL_BREAK_EVENT", CTRL_BREAK_EVENT},
    {"CTRL_CLOSE_EVENT", CTRL_CLOSE_EVENT},   {"CTRL_LOGOFF_EVENT", CTRL_LOGOFF_EVENT},
    {"CTRL_SHUTDOWN_EVENT", CTRL_SHUTDOWN_EVENT},
};

/* A process and its descendants, in this order. */
static int family(DWORD of, DWORD *found, int most) {
    int count = 0;
    PROCESSENTRY32 entry = {.dwSize = sizeof entry};
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    found[count++] = of;
    for (int parent = 0; parent < count; parent++)
        for (BOOL more = Process32First(all, &entry); more && count < most; more = Process32Next(all, &entry))
            if (entry.th32ParentProcessID == found[parent]) found[count++] = entry.th32ProcessID;
    CloseHandle(all);
    return count;
}

static int announce(ULONG_PTR event, DWORD to) {
    FARPROC routine = GetProcAddress(GetModuleHandleA("kernelbase.dll"), "CtrlRoutine");
    HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, to);
    HANDLE thread = NULL;
    if (process && routine)
        thread = CreateRemoteThread(process, NULL, 0, (LPTHREAD_START_ROUTINE)(void *)routine, (void *)event, 0, NULL);
    if (thread) CloseHandle(thread);
    if (process) CloseHandle(process);
    return thread != NULL;
}

int main(int count, char **words) {
    DWORD found[64];
    if (count != 3) return 2;
    int length = family((DWORD)strtoul(words[2], NULL, 10), found, 64);
    if (!strcmp(words[1], "list")) {
        for (int i = 1; i < length; i++) printf("%lu\n", found[i]);
        return length < 2;
    }
    for (size_t i = 0; i < sizeof EVENTS / sizeof *EVENTS; i++) {
        if (strcmp(words[1], EVENTS[i].name)) continue;
        int reached = 0;
        for (int j = 0; j < length; j++) reached += announce(EVENTS[i].number, found[j]);
        return reached == 0;
    }
    return 2;
}
